// In the place of a package that bundles need to be there and never use: the developer tools of React.
export default undefined;
