import t from 'tap';
import type { GpuAdapter } from '../../../../runtime/gpu-host.ts';
import { listedMatrixUnit } from './matrix-units.ts';

type Configs = NonNullable<GpuAdapter['info']['subgroupMatrixConfigs']>;

function adapter(subgroupMatrixConfigs: Configs, changes: Partial<GpuAdapter['info']> = {}): GpuAdapter {
  return {
    features: new Set(['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']),
    limits: {},
    info: {
      vendor: 'vendor',
      architecture: '',
      device: '',
      description: '',
      subgroupMinSize: 32,
      subgroupMaxSize: 32,
      subgroupMatrixConfigs,
      ...changes,
    },
    requestDevice: () => Promise.reject(new Error('not asked for')),
  };
}

const HALF = { componentType: 'f16', resultComponentType: 'f32' };

t.test('the largest unit that sums in float32 is taken: tensor cores would lie idle, or sums lose bits', (t) => {
  const unit = listedMatrixUnit(
    adapter([
      { ...HALF, M: 16, N: 8, K: 16 },
      { ...HALF, M: 16, N: 16, K: 16 },
      { ...HALF, resultComponentType: 'f16', M: 32, N: 32, K: 32 },
      { ...HALF, componentType: 'i8', M: 32, N: 32, K: 32 },
    ]),
  );
  t.same(unit, { rows: 16, columns: 16, depth: 16, subgroupSize: 32 });
  t.end();
});

t.test('a unit that the programs cannot use is passed by: training would fail or compute nonsense', (t) => {
  const whole = { ...HALF, M: 16, N: 16, K: 16 };
  t.equal(listedMatrixUnit(adapter([{ ...whole, M: 12 }])), undefined, 'tiles are not multiples of it');
  t.equal(listedMatrixUnit(adapter([whole], { subgroupMinSize: 8 })), undefined, 'the size of subgroups varies');
  t.equal(listedMatrixUnit({ ...adapter([whole]), features: new Set(['subgroups']) }), undefined, 'no half precision');
  t.equal(listedMatrixUnit(adapter([])), undefined, 'none is listed');
  t.end();
});
