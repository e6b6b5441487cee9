const luminoModules = [
  'algorithm',
  'coreutils',
  'disposable',
  'polling',
  'signaling'
];
const nodeModules = '<rootDir>/node_modules';

module.exports = {
  roots: ['<rootDir>/labextension/src'],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/labextension/jest/setup.js'],
  testRegex: '/__tests__/.*\\.test\\.tsx?$',
  // The build output holds a second package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/jupyter_mlops/labextension'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'json'],
  moduleNameMapper: {
    // Node would take Lumino's ES modules; their CommonJS builds need no transformation.
    ...Object.fromEntries(
      luminoModules.map(name => [
        `^@lumino/${name}$`,
        `${nodeModules}/@lumino/${name}/dist/index.js`
      ])
    ),
    // The logic under test needs this one module of a large package.
    '^@jupyterlab/services$': `${nodeModules}/@jupyterlab/services/lib/serverconnection.js`
  },
  // JupyterLab's packages are ES modules, which Node's jest does not read.
  transform: {
    '\\.svg$': '<rootDir>/labextension/jest/text.js',
    '\\.(tsx?|js)$': ['ts-jest', { tsconfig: 'tsconfig.test.json' }]
  },
  transformIgnorePatterns: [
    '/node_modules/(?!@jupyter/|@jupyterlab/|@microsoft/|exenv-es6/|nbdime/)'
  ],
  clearMocks: true
};
