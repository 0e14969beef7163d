// Runs before `npm pack` and `npm publish` in a package's folder, and refuses: what lies there is TypeScript, which Node does not run
// from node_modules.
const { npm_package_name: name } = process.env;

console.error(
  `${name} is packed from what is built of it: run "npm run build" at the root of the repository, then "npm pack ./dist" here.`,
);
process.exitCode = 1;
