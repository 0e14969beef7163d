import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, type DomainName, isFile, UsageError } from '@instagan/core/data';
import type { SplitName } from '@instagan/datasets';
import { Command, CommanderError } from 'commander';
import { type BuildOptions, buildOptions } from '../options/build-options.ts';
import { type AnnotationLocation, annotationLocation } from './annotation-location.ts';
import { buildData } from './build-data.ts';

/**
 * The folder that `--data` means: itself, or that of a dataset built from the annotations that it names, such as
 * `coco:instances.json?images=train2017&a=sheep&b=giraffe`. A dataset once built is kept in the cache and used again as long as the
 * annotations are as they were.
 *
 * @param say told that a dataset is built, and where it lies
 * @throws UsageError for a setting that `instagan dataset` does not have, UserError if the annotations cannot be read
 */
export async function dataFolder(data: string, say: (text: string) => void): Promise<string> {
  const location = annotationLocation(data);
  if (location === null) return data;
  const options = buildOptionsOf(location);
  const folder = path.join(cacheFolder(), 'datasets', await keyOf(location));
  const isBuilt = () => isFile(path.join(folder, 'dataset.json'));
  if (await isBuilt()) {
    say(`instagan: ${data} was built earlier into ${folder}.`);
    return folder;
  }
  // Beside its place, so that two commands that begin together do not get in each other's way.
  const output = `${folder}.${process.pid}`;
  const format = location.format === undefined ? {} : { format: location.format };
  try {
    const { faultCount } = await buildData(location.path, { ...options, ...format, output }, { remark: say });
    const left = faultCount === 0 ? '' : ` without ${faultCount} images that cannot be read`;
    await rename(output, folder).catch(async (error: unknown) => {
      if (!(await isBuilt())) throw error;
    });
    say(`instagan: ${data} was built into ${folder}${left}.`);
  } finally {
    await rm(output, { recursive: true, force: true });
  }
  return folder;
}

/** The images that a model is tried on first: those for tests, or where the dataset has none, those that it learned from. */
export function splitToTry(folder: string, domain: DomainName): SplitName {
  return existsSync(path.join(folder, `test${domain}`)) ? 'test' : 'train';
}

/** The settings behind the question mark, parsed as the options of `instagan dataset`. @throws UsageError */
export function buildOptionsOf({ path: file, settings }: AnnotationLocation): BuildOptions {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of buildOptions()) command.addOption(option);
  const words = Object.entries(settings).flatMap(([name, value]) => {
    const option = command.options.find(({ long }) => long === `--${name}`);
    if (option === undefined) {
      throw new UsageError(
        `${file}: there is no setting ${name}; "instagan dataset convert --help" lists them as options.`,
      );
    }
    return option.required ? [`--${name}=${value}`] : [`--${name}`];
  });
  try {
    return command.parse(words, { from: 'user' }).opts<BuildOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(`${file}: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`);
  }
}

async function keyOf({ format, path: file, settings }: AnnotationLocation): Promise<string> {
  const files = [file, settings.test, settings.classes].flatMap((each) => each ?? []);
  const stamps = await Promise.all(files.map((each) => stat(each).catch(() => null)));
  const content = {
    ...{ format, file: path.resolve(file), settings, folder: process.cwd() },
    stamps: stamps.map((each) => each && [each.size, each.mtimeMs]),
  };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 24);
}
