export type { ModelCard } from './model-card.ts';
export { type ShippedModel, shippedModel, shippedModelOf, shippedModels } from './shipped-models.ts';
