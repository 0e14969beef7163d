/**
 * Loads the dashboard with the production build of React, which is several times faster than the one for development;
 * React looks at the environment once, when it is loaded.
 */
export function loadDashboard(): Promise<typeof import('./dashboard.ts')> {
  process.env.NODE_ENV ??= 'production';
  return import('./dashboard.ts');
}
