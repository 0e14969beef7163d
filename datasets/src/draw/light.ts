import type { Rng } from '@instagan/core/data';
import { pickWeighted } from './choice.ts';
import type { Colour } from './colour.ts';

/** Time of day and weather: the colours of the sky and of the light that falls on everything. */
export interface Light {
  readonly name: string;
  /** Sky from the zenith to the horizon. */
  readonly sky: readonly [Colour, Colour, Colour];
  /** What white looks like. */
  readonly tint: Colour;
  /** What far things fade into. */
  readonly haze: Colour;
  readonly cloud: Colour;
  readonly cloudShade: Colour;
  readonly body: 'sun' | 'moon' | 'none';
  readonly bodyColour: Colour;
  /** How dark shadows are, 0 … 1. */
  readonly shadow: number;
  readonly stars: boolean;
}

/** Draws a time of day; bright ones are more frequent. */
export function describeLight(rng: Rng): Light {
  return pickWeighted(
    rng,
    LIGHTS.map(([light, weight]) => [light, weight] as const),
  );
}

const LIGHTS: readonly (readonly [Light, number])[] = [
  [
    {
      name: 'noon',
      sky: ['#58b2e6', '#9ad7f2', '#e2f5f6'],
      tint: '#ffffff',
      haze: '#cfe9f2',
      cloud: '#ffffff',
      cloudShade: '#dcecf5',
      body: 'sun',
      bodyColour: '#fff0a3',
      shadow: 0.3,
      stars: false,
    },
    30,
  ],
  [
    {
      name: 'morning',
      sky: ['#8fcbe8', '#cfe8ee', '#fde9cf'],
      tint: '#fff7ea',
      haze: '#f3e6d6',
      cloud: '#fffaf2',
      cloudShade: '#f2dccb',
      body: 'sun',
      bodyColour: '#ffe9a8',
      shadow: 0.26,
      stars: false,
    },
    20,
  ],
  [
    {
      name: 'afternoon',
      sky: ['#6fbfdc', '#c4e6de', '#ffeab5'],
      tint: '#fff1d2',
      haze: '#f6e3b4',
      cloud: '#fffaf0',
      cloudShade: '#f5d9ae',
      body: 'sun',
      bodyColour: '#ffdf7a',
      shadow: 0.32,
      stars: false,
    },
    18,
  ],
  [
    {
      name: 'sunset',
      sky: ['#6a70b8', '#ef9a86', '#ffd794'],
      tint: '#ffe2c8',
      haze: '#f3b59a',
      cloud: '#ffc9b0',
      cloudShade: '#d98a97',
      body: 'sun',
      bodyColour: '#fff0a0',
      shadow: 0.36,
      stars: false,
    },
    13,
  ],
  [
    {
      name: 'overcast',
      sky: ['#a9c0cc', '#c8d8dc', '#e6ece9'],
      tint: '#eaf0f2',
      haze: '#d5dfe0',
      cloud: '#f3f6f6',
      cloudShade: '#c6d2d8',
      body: 'none',
      bodyColour: '#ffffff',
      shadow: 0.2,
      stars: false,
    },
    9,
  ],
  [
    {
      name: 'dusk',
      sky: ['#35427f', '#7a74b6', '#f0aeb6'],
      tint: '#c6c6ee',
      haze: '#a08fc0',
      cloud: '#b59fcf',
      cloudShade: '#8078b3',
      body: 'moon',
      bodyColour: '#fff6d8',
      shadow: 0.34,
      stars: true,
    },
    10,
  ],
];
