import type { DomainName } from '@instagan/core';
import {
  GENERATOR_LOSSES,
  type LossReport,
  type ParameterSpec,
  type TrainingConfig,
  translationConfigs,
  translationModel,
} from '@instagan/core';
import type { DomainCounts } from '@instagan/datasets';
import { counted, shellQuoted } from '../output/format.ts';
import { splitToTry } from './data-folder.ts';
import type { ReportWording, RunFacts } from './plain-report.ts';
import { differencesFromDefaults } from './resolve-config.ts';
import type { TrainCommandOptions } from './train-options.ts';
import { lengthOption } from './training-process.ts';

/**
 * How the training of a translation model is reported on.
 *
 * @param dataset its folder, once it is known
 */
export function translationWording(options: TrainCommandOptions, dataset: () => string): ReportWording {
  const { run, data } = options;
  const place = `--run ${shellQuoted(run)}`;
  return {
    summary: (losses) => {
      const [ofDiscriminators, ofGenerators] = [true, false].map((wanted) =>
        Object.entries(losses).flatMap(([name, loss]) => (/discriminator[AB]$/i.test(name) === wanted ? [loss] : [])),
      ) as [number[], number[]];
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const shown = [`G ${sum(ofGenerators).toFixed(2)}`];
      // In the warm-up the discriminators do not learn.
      return ofDiscriminators.length === 0 ? shown : [...shown, `D ${sum(ofDiscriminators).toFixed(3)}`];
    },
    details: (losses) => `G: ${describeGeneratorLosses(losses)}`,
    next: (reason) => {
      const input = `${dataset()}/${splitToTry(dataset(), 'A')}A`;
      return reason === 'completed'
        ? `instagan translate ${place} --input ${shellQuoted(input)} --output translated`
        : `instagan train --data ${shellQuoted(data)} ${place} --resume${lengthOption(options)}`;
    },
  };
}

export function translationFacts(config: TrainingConfig, counts: Readonly<Record<DomainName, DomainCounts>>): RunFacts {
  return {
    data: `${describeDomain('A', counts.A)}; ${describeDomain('B', counts.B)}`,
    model: describeModel(config),
    differences: differencesFromDefaults(translationConfigs, config),
  };
}

function describeDomain(domain: DomainName, { images, masks, leftOut }: DomainCounts): string {
  const without = leftOut === 0 ? '' : ` (${leftOut} without masks left out)`;
  return `${domain}: ${counted(images, 'image')}, ${counted(masks, 'mask')}${without}`;
}

function describeModel(config: TrainingConfig): string {
  const { generatorSpecs, discriminatorSpecs, objectDiscriminatorSpecs } = translationModel(config);
  const ofObjects =
    config.weights.objectDiscriminator > 0 ? `, two of objects of ${parameterCount(objectDiscriminatorSpecs)}` : '';
  return `${config.model}: two generators of ${parameterCount(generatorSpecs)} parameters, two discriminators of ${parameterCount(discriminatorSpecs)}${ofObjects}`;
}

/** Such as `820 k` or `2.61 M`. */
export function parameterCount(specs: readonly ParameterSpec[]): string {
  const parameters = specs.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  return parameters < 1e6 ? `${Math.round(parameters / 1e3)} k` : `${(parameters / 1e6).toPrecision(3)} M`;
}

function describeGeneratorLosses(losses: LossReport): string {
  const terms = GENERATOR_LOSSES.flatMap((name) => {
    if (losses[`${name}A`] === undefined) return [];
    const sum = (losses[`${name}A`] ?? 0) + (losses[`${name}B`] ?? 0);
    return `${name === 'generator' ? 'gan' : name} ${sum.toFixed(2)}`;
  });
  return terms.join(' ');
}
