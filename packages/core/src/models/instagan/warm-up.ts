import type { TrainingConfig } from '../training-config.ts';

/**
 * Steps at the beginning of a run that warm its generators up (CartoonGAN's initialization phase, Chen et al. 2018, section 3.3):
 * only the generators are trained, with the part of the objective that asks for no translation, so that the adversarial game begins
 * with networks that can draw. There, that is the content loss of the source, G(x) = x; here, it is the identity loss of equation 7,
 *
 *     weight of identity * (| F(x) - x |_1 of domain A + | G(y) - y |_1 of domain B),
 *
 * in which each generator keeps what is in its target domain already, masks included. An identity of the source domain would have to
 * be unlearned: nothing asks for it later, and the discriminators fight it. These have nothing to learn before there are
 * translations. Averages of the weights follow from the first step on.
 *
 * @returns 0 for a run that begins with the networks of another one
 */
export function warmUpSteps({ init, warmUp }: Pick<TrainingConfig, 'init' | 'warmUp'>): number {
  return init === null ? warmUp : 0;
}
