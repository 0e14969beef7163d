// The kinds of work; the numbers are those of `JobKind` on the JavaScript side.
import { activationGradientUnit, activationUnit } from './activations';
import { adamUnit } from './adam';
import { convolutionUnit } from './convolution';
import { filterGradientUnit } from './filter-gradient';
import { filterPanelsUnit } from './filter-panels';
import {
  normGradientMeansUnit,
  normGradientSumsUnit,
  normGradientValuesUnit,
  normStatisticsUnit,
  normSumsUnit,
  normValuesUnit,
} from './instance-norm';
import { absoluteDifferenceTotal, absoluteDifferenceUnit, reduceUnit } from './reductions';
import { reflectPadGradientUnit, reflectPadUnit } from './reflect-pad';
import { setSpreadUnit, setSumUnit } from './sets';
import { powerIterationUnit, spectralNormGradientUnit, spectralNormUnit } from './spectral-norm';
import { winogradFilterGradientUnit, winogradFilterUnit } from './winograd-filters';
import { winogradInputGradientUnit, winogradPatchesUnit } from './winograd-inputs';
import { winogradOutputsUnit, winogradTilesUnit } from './winograd-outputs';
import { winogradFilterProductUnit, winogradProductUnit } from './winograd-points';

/** Does unit `unit` of a job with its parameters at `p`, in the scratch memory of `thread`. */
export function runUnit(kind: i32, p: usize, unit: i32, thread: i32): void {
  switch (kind) {
    case 0:
      filterPanelsUnit(p, unit);
      break;
    case 1:
      convolutionUnit(p, unit, thread);
      break;
    case 2:
      filterGradientUnit(p, unit, thread);
      break;
    case 3:
      normSumsUnit(p, unit);
      break;
    case 4:
      normStatisticsUnit(p, unit);
      break;
    case 5:
      normValuesUnit(p, unit);
      break;
    case 6:
      normGradientSumsUnit(p, unit);
      break;
    case 7:
      normGradientMeansUnit(p, unit);
      break;
    case 8:
      normGradientValuesUnit(p, unit);
      break;
    case 9:
      reflectPadUnit(p, unit);
      break;
    case 10:
      reflectPadGradientUnit(p, unit);
      break;
    case 11:
      adamUnit(p, unit);
      break;
    case 12:
      reduceUnit(p, unit);
      break;
    case 13:
      absoluteDifferenceUnit(p, unit);
      break;
    case 14:
      absoluteDifferenceTotal(p);
      break;
    case 15:
      setSumUnit(p, unit);
      break;
    case 16:
      setSpreadUnit(p, unit);
      break;
    case 17:
      winogradFilterUnit(p, unit, thread);
      break;
    case 18:
      winogradPatchesUnit(p, unit, thread);
      break;
    case 19:
      winogradTilesUnit(p, unit, thread);
      break;
    case 20:
      winogradProductUnit(p, unit);
      break;
    case 21:
      winogradOutputsUnit(p, unit, thread);
      break;
    case 22:
      winogradInputGradientUnit(p, unit, thread);
      break;
    case 23:
      winogradFilterProductUnit(p, unit);
      break;
    case 24:
      winogradFilterGradientUnit(p, unit, thread);
      break;
    case 25:
      activationUnit(p, unit);
      break;
    case 26:
      activationGradientUnit(p, unit);
      break;
    case 27:
      powerIterationUnit(p);
      break;
    case 28:
      spectralNormUnit(p);
      break;
    case 29:
      spectralNormGradientUnit(p);
      break;
  }
}
