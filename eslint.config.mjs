import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** The same configuration with every rule that only warns made an error. */
const asErrors = configuration => ({
  ...configuration,
  plugins: { jupyter },
  rules: Object.fromEntries(
    Object.entries(configuration.rules).map(([rule, level]) => [
      rule,
      level === 'warn' ? 'error' : level
    ])
  )
});

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      'build/',
      '.venv*/',
      'coverage/',
      'demo/',
      'dist/',
      'jupyter_mlops/',
      'labextension/lib/',
      'tests/'
    ]
  },
  {
    files: ['labextension/src/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    languageOptions: {
      parserOptions: {
        project: 'tsconfig.test.json',
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false } }
      ],
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: true }
        }
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: 'error',
      'prefer-arrow-callback': 'error'
    }
  },
  ...jupyter.configs.recommended.map(asErrors),
  {
    files: ['labextension/src/plugins/services.ts'],
    rules: {
      // What the plugin provides is needed at once, and is small.
      'jupyter/prefer-lazy-imports': [
        'error',
        { ignoreImports: ['../rest/client', '../score/model'] }
      ]
    }
  },
  {
    files: ['**/__tests__/**'],
    rules: { 'jupyter/no-untranslated-string': 'off' }
  },
  prettier
);
