import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import type { NamedArray, NamedArrays } from '../../checkpoint/named-arrays.ts';
import {
  authorsGeneratorSize,
  parityFolder,
  readParityArrays,
  skipWithoutParity,
} from '../../checkpoint/test-support/parity-folder.ts';
import { readTorchStateDict } from '../../checkpoint/torch-file.ts';
import { importAuthorsModel } from './authors-model.ts';
import { importAuthorsDiscriminator, importAuthorsGenerator } from './authors-weights.ts';

const authors = (name: string) => resolve(parityFolder('authors') as string, name);
const read = (name: string): NamedArrays => readTorchStateDict(readFileSync(authors(name)), name);

function floats(arrays: NamedArrays, name: string): Float32Array {
  return arrays.get(name)?.data as Float32Array;
}

t.test('generator: names, sizes and layout', { skip: skipWithoutParity('authors') }, async (t) => {
  const source = read('generator.pth');
  const { parameters, ngf, blocks, imageChannels } = importAuthorsGenerator(source, 'generator.pth');
  t.same({ ngf, blocks, imageChannels }, { ...authorsGeneratorSize(), imageChannels: 3 });
  const layers = [
    ...['imageEncoder', 'maskEncoder'].flatMap((module) => [
      ...['conv0', 'conv1', 'conv2'].map((layer) => `${module}.${layer}.weight`),
      ...Array.from({ length: blocks }, (_, i) => [0, 1].map((j) => `${module}.block${i}.conv${j}.weight`)).flat(),
    ]),
    ...['imageDecoder', 'maskDecoder'].flatMap((module) => [
      ...['up0', 'up1', 'conv0'].map((layer) => `${module}.${layer}.weight`),
      `${module}.conv0.bias`,
    ]),
  ];
  t.same([...parameters.keys()].sort(), layers.sort());

  // [out, in, kh, kw] -> [kh, kw, in, out], one element at a time by its four indices.
  const theirs = floats(source, 'encoder_img.4.weight');
  const ours = parameters.get('imageEncoder.conv1.weight') as NamedArray;
  t.same(ours.shape, [3, 3, ngf, 2 * ngf]);
  const at = (y: number, x: number, input: number, output: number) =>
    ours.data[((y * 3 + x) * ngf + input) * 2 * ngf + output];
  const [someInput, someOutput] = [ngf - 1, ngf + 1];
  t.equal(at(0, 2, someInput, someOutput), theirs[((someOutput * ngf + someInput) * 3 + 0) * 3 + 2]);
  t.equal(at(2, 1, 0, 1), theirs[((1 * ngf + 0) * 3 + 2) * 3 + 1]);

  // Transposed: torch has [in, out, kh, kw], here [kh, kw, out, in].
  const theirUp = floats(source, 'decoder_seg.0.weight');
  const up = parameters.get('maskDecoder.up0.weight') as NamedArray;
  const [inputs, outputs] = [12 * ngf, 6 * ngf];
  t.same(up.shape, [3, 3, outputs, inputs]);
  const last = inputs - 1;
  t.equal(up.data[((1 * 3 + 2) * outputs + 1) * inputs + last], theirUp[((last * outputs + 1) * 3 + 1) * 3 + 2]);
  t.same(parameters.get('imageDecoder.conv0.bias'), source.get('decoder_img.7.bias'));
});

t.test('discriminator: u and v fit the re-ordered weight', { skip: skipWithoutParity('authors') }, async (t) => {
  const { parameters, ndf, imageChannels } = importAuthorsDiscriminator(read('discriminator.pth'), 'discriminator.pth');
  const { metadata } = readParityArrays('discriminator_io.safetensors');
  t.same({ ndf, imageChannels }, { ndf: Number(metadata.ndf), imageChannels: 3 });
  const biases = [...parameters.keys()].filter((name) => name.endsWith('.bias'));
  t.same(biases, ['imageFeatures.conv0.bias', 'maskFeatures.conv0.bias', 'classifier.conv1.bias']);
  let layers = 0;
  for (const [name, { shape, data }] of parameters) {
    if (!name.endsWith('.weight')) continue;
    layers++;
    // The power iteration of the fixture had converged: W^T v = sigma u. A v in the wrong order breaks this.
    const u = floats(parameters, name.replace('.weight', '.u'));
    const v = floats(parameters, name.replace('.weight', '.v'));
    const outputs = shape[3] as number;
    t.same([v.length, u.length], [data.length / outputs, outputs]);
    const product = new Float64Array(outputs);
    for (const [i, vi] of v.entries()) {
      for (let o = 0; o < outputs; o++) product[o] = (product[o] as number) + vi * (data[i * outputs + o] as number);
    }
    const sigma = Math.hypot(...product);
    const error = Math.max(...product.map((value, o) => Math.abs(value / sigma - (u[o] as number))));
    t.ok(sigma > 0 && error < 1e-4, `${name}: u off by ${error}`);
  }
  t.equal(layers, 8);
});

t.test(
  'a model of four files: D_A of the authors becomes discriminatorB',
  { skip: skipWithoutParity('authors') },
  async (t) => {
    const model = await importAuthorsModel({
      generatorA: authors('step_net_G_A.pth'),
      generatorB: authors('step_net_G_B.pth'),
      discriminatorA: authors('step_net_D_A.pth'),
      discriminatorB: authors('step_net_D_B.pth'),
    });
    const { arrays, ...sizes } = model;
    const { ngf, ndf } = readParityArrays('step.safetensors').metadata;
    const { parameters, blocks } = importAuthorsGenerator(read('step_net_G_A.pth'), 'step_net_G_A.pth');
    t.same(sizes, { ngf: Number(ngf), blocks, imageChannels: 3, ndf: Number(ndf), warnings: [] });
    t.equal(arrays.size, 2 * parameters.size + 2 * 27);
    const bias = 'classifier.3.module.bias';
    t.same(arrays.get('discriminatorB.classifier.conv1.bias'), read('step_net_D_A.pth').get(bias));
    t.same(arrays.get('discriminatorA.classifier.conv1.bias'), read('step_net_D_B.pth').get(bias));
    t.not(floats(read('step_net_D_A.pth'), bias)[0], floats(read('step_net_D_B.pth'), bias)[0]);
    const output = 'decoder_img.7.bias';
    t.same(arrays.get('generatorAToB.imageDecoder.conv0.bias'), read('step_net_G_A.pth').get(output));
    t.same(arrays.get('generatorBToA.imageDecoder.conv0.bias'), read('step_net_G_B.pth').get(output));
  },
);

t.test('a model of two legacy files, without discriminators', { skip: skipWithoutParity('translate') }, async (t) => {
  const folder = parityFolder('translate') as string;
  const generators = await importAuthorsModel({
    generatorA: resolve(folder, 'latest_net_G_A.pth'),
    generatorB: resolve(folder, 'latest_net_G_B.pth'),
  });
  t.equal(generators.ndf, null);
  t.equal(generators.arrays.size, 100);
});

t.test(
  'files that do not belong together, or are absent, are named',
  { skip: skipWithoutParity('authors') },
  async (t) => {
    const generatorA = authors('step_net_G_A.pth');
    const generatorB = authors('generator.pth');
    const sizes = `ngf ${readParityArrays('step.safetensors').metadata.ngf} and ${authorsGeneratorSize().ngf}`;
    await t.rejects(importAuthorsModel({ generatorA, generatorB }), {
      message: new RegExp(`do not belong to the same model \\(${sizes}\\)`),
    });
    await t.rejects(
      importAuthorsModel({ generatorA, generatorB: authors('none.pth') }),
      /^There is no file or folder .*none\.pth/,
    );
    await t.rejects(
      importAuthorsModel({
        generatorA,
        generatorB: generatorA,
        discriminatorA: authors('discriminator.pth'),
        discriminatorB: authors('step_net_D_B.pth'),
      }),
      /discriminator\.pth and .*step_net_D_B\.pth do not belong to the same model/,
    );
  },
);

t.test('another network is refused by what it is', { skip: skipWithoutParity('authors') }, async (t) => {
  t.throws(() => importAuthorsGenerator(read('unet.pth'), 'unet.pth'), /^unet\.pth holds a pix2pix U-Net generator/);
  const discriminator = read('discriminator.pth');
  t.throws(
    () => importAuthorsGenerator(discriminator, 'd.pth'),
    /d\.pth holds an InstaGAN discriminator, not an InstaGAN gen/,
  );
  t.throws(() => importAuthorsDiscriminator(read('generator.pth'), 'g.pth'), /g\.pth holds an InstaGAN generator, not/);
});

t.test(
  'strangers, other layers and weights that are not finite are refused',
  { skip: skipWithoutParity('authors') },
  async (t) => {
    const stranger = (names: string[]) =>
      new Map(names.map((name) => [name, { shape: [1], data: new Float32Array(1) }]));
    const cyclegan = stranger(['model.1.weight', 'model.10.conv_block.1.weight']);
    t.throws(() => importAuthorsGenerator(cyclegan, 'c.pth'), /holds a CycleGAN generator/);
    t.throws(() => importAuthorsGenerator(stranger(['model.0.weight']), 'p.pth'), /holds a PatchGAN discriminator/);
    t.throws(
      () => importAuthorsGenerator(stranger(['fc.weight']), 'r.pth'),
      /1 arrays of an unknown network, beginning with fc/,
    );

    const generator = read('generator.pth');
    const norm = new Map([...generator, ...stranger(['encoder_img.2.weight'])]);
    t.throws(() => importAuthorsGenerator(norm, 'n.pth'), /encoder_img\.2\.weight is unknown/);
    const statistics = new Map([...generator, ...stranger(['encoder_img.2.running_mean'])]);
    t.equal(
      importAuthorsGenerator(statistics, 's.pth').parameters.size,
      importAuthorsGenerator(generator, 'g.pth').parameters.size,
      'statistics of old instance norms are ignored',
    );
    const less = new Map([...generator].filter(([name]) => name !== 'decoder_seg.3.weight'));
    t.throws(() => importAuthorsGenerator(less, 'l.pth'), /decoder_seg\.3\.weight is missing/);
    const bad = new Float32Array(3).fill(NaN);
    const diverged = new Map([...generator, ['decoder_img.7.bias', { shape: [3], data: bad }] as const]);
    t.throws(() => importAuthorsGenerator(diverged, 'x.pth'), /not finite in decoder_img\.7\.bias/);
  },
);

t.test('the safetensors fixtures are read', { skip: skipWithoutParity('authors') }, async (t) => {
  const { arrays, metadata } = readParityArrays('generator_io.safetensors');
  t.match(metadata, { layout: 'NCHW', ngf: /^[0-9]+$/, n_blocks: /^[0-9]+$/ });
  t.same(arrays.get('output')?.shape, arrays.get('input')?.shape);
  t.ok(
    floats(arrays, 'output').every((value) => Math.abs(value) <= 1),
    'a tanh output',
  );
});
