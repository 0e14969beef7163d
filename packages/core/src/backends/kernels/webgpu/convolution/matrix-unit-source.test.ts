import t from 'tap';
import { filterGradientProblem, narrowFilterGradientProblem } from './filter-gradient-problems.ts';
import { forwardProblem } from './forward-problem.ts';
import { inputGradientProblem } from './input-gradient-problem.ts';
import { matrixUnitSource } from './matrix-unit-source.ts';
import { NO_EPILOGUE } from './problem-source.ts';
import { MATRIX_TILE_SHAPES } from './tile-shape.ts';

const FEATURES = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
const UNITS = [
  { rows: 16, columns: 16, depth: 16, subgroupSize: 32 },
  { rows: 16, columns: 8, depth: 16, subgroupSize: 32 },
  { rows: 8, columns: 8, depth: 8, subgroupSize: 32 },
];

/** Dawn's implementation that runs nothing, but checks programs of every feature. */
async function checkingGpu(): Promise<GPU | undefined> {
  const dawn = await import('webgpu').catch(() => undefined);
  return dawn?.create(['enable-dawn-features=allow_unsafe_apis', 'backend=null']);
}

t.test('programs for matrix units are valid: GPUs that have them would fall back to slow products', async (t) => {
  // Dawn leaves promises open when this is garbage.
  const gpu = await checkingGpu();
  const adapter = await gpu?.requestAdapter();
  if (!adapter || !FEATURES.every((name) => adapter.features.has(name))) {
    t.pass('programs', { skip: 'the package webgpu does not load, or has no null adapter' });
    return;
  }
  const device = await adapter.requestDevice({ requiredFeatures: FEATURES as GPUFeatureName[] });
  const structure = { kernelHeight: 3, kernelWidth: 3, stride: 2, padding: [1, 1, 1, 1], outputs: 8 } as const;
  for (const unit of UNITS) {
    for (const tile of MATRIX_TILE_SHAPES) {
      for (const [inputs, reflect] of [
        [3, true],
        [64, false],
      ] as const) {
        for (const problem of [
          forwardProblem,
          inputGradientProblem,
          filterGradientProblem,
          narrowFilterGradientProblem,
        ]) {
          const options = { specialised: true, half: true };
          const code = matrixUnitSource(problem({ ...structure, inputs, reflect }, NO_EPILOGUE, options), tile, unit);
          const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
          const errors = messages.filter(({ type }) => type === 'error').map(({ message }) => message);
          t.same(errors, [], `${problem.name} of ${inputs} channels, ${tile.rows}x${tile.columns}, ${unit.columns}`);
        }
      }
    }
  }
  device.destroy();
  t.ok(gpu);
});
