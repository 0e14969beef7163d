/** Curves that belong on one chart. */
export interface CurveGroup {
  readonly title: string;
  readonly names: readonly string[];
}

/** Begins the name of a loss's curve. */
export const LOSS = 'losses.';
/** Begins the name of a validation score's curve. */
export const SCORE = 'scores.';

/** Names of the curves of a job. */
export function jobCurves(item: string): string[] {
  const article = item === 'image' ? 'an' : 'a';
  return [`seconds ${article} ${item}`, `instances ${article} ${item}`];
}

/** The curves of a run in groups, by what its log has. @param names dotted paths of the numbers of a step */
export function curveGroups(names: readonly string[]): CurveGroup[] {
  const losses = names.filter((name) => name.startsWith(LOSS));
  const isAdversarial = (name: string) => /^losses\.(generator|discriminator)/.test(name);
  const groups: CurveGroup[] = [
    { title: 'content losses', names: losses.filter((name) => !isAdversarial(name)) },
    { title: 'validation scores', names: names.filter((name) => name.startsWith(SCORE)) },
    { title: 'adversarial losses', names: losses.filter(isAdversarial) },
    { title: 'learning rate', names: names.filter((name) => name.startsWith('learningRate')) },
    { title: 'seconds a step', names: names.filter((name) => name === 'seconds') },
    { title: 'memory in bytes', names: names.filter((name) => /Bytes$/.test(name)) },
    ...names.filter((name) => /^(seconds|instances) an? /.test(name)).map((name) => ({ title: name, names: [name] })),
  ];
  return groups.filter((group) => group.names.length > 0);
}

/** The name of a curve as people say it. */
export function curveLabel(name: string): string {
  return name.replace(/^(losses|memory|scores)\./, '').replace(/^learningRate\.(.*)$/, 'rate of $1');
}
