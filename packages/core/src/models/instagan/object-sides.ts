import { boxOfMask, longSide } from '../../data/box.ts';
import type { JsonObject, JsonValue } from '../../data/json-value.ts';
import type { DomainName, Sample } from '../../data/sample.ts';
import type { TranslationDirection } from '../../data/translation-direction.ts';
import type { TrainingConfig } from '../training-config.ts';
import type { Translator } from '../translation-model.ts';

const DOMAINS = ['A', 'B'] as const satisfies readonly DomainName[];

/**
 * How large the objects are that a training has seen: how often the box around one had a longer side of so many pixels. Regions
 * are scaled by it when larger images are translated.
 */
export class ObjectSides {
  readonly #counts: Record<DomainName, Map<number, number>> = { A: new Map(), B: new Map() };

  /** @param json what {@link toJson} gave; anything else counts as nothing */
  static fromJson(json: JsonValue | undefined): ObjectSides {
    const sides = new ObjectSides();
    for (const domain of DOMAINS) {
      const entries = isObject(json) && isObject(json[domain]) ? Object.entries(json[domain]) : [];
      for (const [sidePx, count] of entries) {
        if (typeof count === 'number' && count > 0 && Number(sidePx) > 0)
          sides.#counts[domain].set(Number(sidePx), count);
      }
    }
    return sides;
  }

  add(domain: DomainName, { width, height, masks, truth }: Sample): void {
    for (const mask of truth?.masks ?? masks) {
      const box = boxOfMask(mask, { width, height });
      if (box === null) continue;
      const counts = this.#counts[domain];
      counts.set(longSide(box), (counts.get(longSide(box)) ?? 0) + 1);
    }
  }

  /** The median in pixels of an image in training; undefined before the first object. */
  medianPx(domain: DomainName): number | undefined {
    const sorted = [...this.#counts[domain]].sort(([a], [b]) => a - b);
    const total = sorted.reduce((sum, [, count]) => sum + count, 0);
    let seen = 0;
    return sorted.find(([, count]) => {
      seen += count;
      return 2 * seen >= total;
    })?.[0];
  }

  toJson(): JsonObject {
    return Object.fromEntries(
      DOMAINS.map((domain) => [
        domain,
        Object.fromEntries(
          [...this.#counts[domain]].sort(([a], [b]) => a - b).map(([px, count]) => [String(px), count]),
        ),
      ]),
    );
  }
}

/** What the generator of a direction was trained on. */
export function trainedOn(
  { size, region }: Pick<TrainingConfig, 'size' | 'region'>,
  objectSides: ObjectSides,
  direction: TranslationDirection,
): NonNullable<Translator['trained']> {
  return { size, region, objectSidePx: objectSides.medianPx(direction === 'AtoB' ? 'A' : 'B') };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
