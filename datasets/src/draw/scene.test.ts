import t from 'tap';
import { describeScene, type Scene, type SceneKey } from './scene.ts';

const KEY: SceneKey = { domain: 'A', split: 'train', index: 0, seed: 5, heightPx: 128, widthPx: 128 };

function scenes(domain: 'A' | 'B', count: number): Scene[] {
  return Array.from({ length: count }, (_, index) => describeScene({ ...KEY, domain, index }));
}

/** Whether two shares out of `count` draws each are within 3.5 standard deviations of each other. */
function isSameShare(a: number, b: number, count: number): boolean {
  const mean = (a + b) / (2 * count);
  return Math.abs(a - b) / count <= 3.5 * Math.sqrt((2 * mean * (1 - mean)) / count);
}

t.test('the same key describes the same scene, or a drawn set could not be made again', async (t) => {
  t.same(describeScene(KEY), describeScene({ ...KEY }));
});

t.test('seed, domain, split and index each give another landscape, or pictures would repeat', async (t) => {
  const others = [{ seed: 6 }, { domain: 'B' }, { split: 'test' }, { index: 1 }] as const;
  for (const other of others) t.notSame(describeScene({ ...KEY, ...other }).landscape, describeScene(KEY).landscape);
});

t.test('a scene is plain data, so that it can be stored and animated', async (t) => {
  const scene = describeScene({ ...KEY, domain: 'B' });
  t.same(JSON.parse(JSON.stringify(scene)), scene);
});

t.test(
  'there are 1 to 5 animals, each number in both domains, or the set would not train on sets of instances',
  async (t) => {
    for (const domain of ['A', 'B'] as const) {
      const seen = new Set(scenes(domain, 120).map(({ animals }) => animals.length));
      t.same([...seen].sort(), [1, 2, 3, 4, 5]);
    }
  },
);

t.test('backgrounds and places follow one distribution, or a model would tell the domains by them', async (t) => {
  const count = 400;
  const [a, b] = [scenes('A', count), scenes('B', count)];
  const traits: Record<string, (scene: Scene) => boolean> = {
    noon: ({ landscape }) => landscape.light.name === 'noon',
    dusk: ({ landscape }) => landscape.light.name === 'dusk',
    fence: ({ landscape }) => landscape.fence !== null,
    pond: ({ landscape }) => landscape.pond !== null,
    path: ({ landscape }) => landscape.path !== null,
    'high horizon': ({ landscape }) => landscape.meadowTop < 48,
    'many flowers': ({ landscape }) => landscape.items.length > 50,
    'one animal': ({ animals }) => animals.length === 1,
    'near animal': ({ animals }) => animals.some(({ pose }) => pose.y > 88),
    'left animal': ({ animals }) => animals.some(({ pose }) => pose.x < 35),
    'large animal': ({ animals }) => animals.some(({ pose }) => pose.scale > 34),
    grazing: ({ animals }) => animals.some(({ pose }) => pose.headLift < 0.2),
  };
  for (const [name, has] of Object.entries(traits)) {
    const [inA, inB] = [a.filter(has).length, b.filter(has).length];
    t.ok(inA > 0 && inA < count, `some, not all, scenes have the trait: ${name}`);
    t.ok(isSameShare(inA, inB, count), `${name}: ${inA} and ${inB} of ${count}`);
  }
});

t.test('animals stand on the meadow, far ones higher and drawn first, or overlaps would look wrong', async (t) => {
  for (const scene of [...scenes('A', 60), ...scenes('B', 60)]) {
    const feet = scene.animals.map(({ pose }) => pose.y);
    t.same(
      feet,
      feet.toSorted((p, q) => p - q),
    );
    t.ok(feet.every((y) => y > scene.landscape.meadowTop && y < scene.frame.height));
  }
});

t.test(
  'a further attempt moves the herd and leaves the landscape, or a hidden animal could not be fixed',
  async (t) => {
    const key = Array.from({ length: 50 }, (_, index) => ({ ...KEY, index })).find(
      (k) => describeScene(k).animals.length === 4,
    );
    if (key === undefined) throw new Error('no scene of the first 50 has four animals');
    t.same(describeScene(key, 1).landscape, describeScene(key).landscape);
    t.notSame(describeScene(key, 1).animals, describeScene(key).animals);
    t.equal(describeScene(key, 20).animals.length, 1);
  },
);
