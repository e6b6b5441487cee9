const lumino = ['algorithm', 'coreutils', 'disposable', 'polling', 'signaling'];

module.exports = {
  preset: 'ts-jest',
  roots: ['<rootDir>/labextension/src'],
  testEnvironment: 'node',
  testRegex: '/__tests__/.*\\.test\\.tsx?$',
  // The build output holds a second package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/jupyter_mlops/labextension'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'json'],
  // Node would take Lumino's ES modules in a browser environment; their CommonJS builds need no transformation.
  moduleNameMapper: Object.fromEntries(
    lumino.map(name => [
      `^@lumino/${name}$`,
      `<rootDir>/node_modules/@lumino/${name}/dist/index.js`
    ])
  ),
  transform: { '\\.tsx?$': ['ts-jest', { tsconfig: 'tsconfig.test.json' }] },
  clearMocks: true
};
