/** The backends without the model: what lists or opens them starts sooner than with all of the package. */
export {
  BACKEND_NAMES,
  type BackendDescription,
  type BackendName,
  type BackendOptions,
  type OpenBackend,
} from './backend.ts';
export { describeBackends, openBackend } from './registry.ts';
