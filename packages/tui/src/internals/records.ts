/** For tests with hostile input: what the commands read that others may have written. */
export { annotationLocation } from '../actions/annotation-location.ts';
export { openPlan, runsOf, translationsOf } from '../actions/comparison-plan.ts';
export { buildOptionsOf } from '../actions/data-folder.ts';
export { joinImageShards, openImageShard } from '../actions/image-shard.ts';
export { plannedFile, refuseForeign } from '../actions/written-files.ts';
export { readEvaluations } from '../report/saved-evaluations.ts';
