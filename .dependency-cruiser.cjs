// The arrows of the house: apps -> contract -> core -> wintask, never up, never round.
const below = {
  wintask: [],
  emulator: ['wintask'],
  core: ['wintask'],
  contract: ['core', 'wintask'],
  client: [],
  stack: [],
  testkit: ['contract', 'core', 'wintask', 'stack', 'emulator'],
};
const tests = '\\.test\\.tsx?$|/test(ing)?/';

const packageRules = Object.entries(below).map(([name, allowed]) => ({
  name: `arrows-down-${name}`,
  comment: `packages/${name} may import only: ${allowed.join(', ') || 'no other package'}`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: { path: '^(packages|apps)/', pathNot: [`^packages/${name}/`, ...allowed.map((a) => `^packages/${a}/`)] },
}));

module.exports = {
  forbidden: [
    ...packageRules,
    {
      name: 'apps-are-apart',
      comment: 'Apps meet in packages/contract, or over a socket; they never import each other.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: tests },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'testkit-for-tests-only',
      severity: 'error',
      from: { pathNot: [tests, '^apps/[^/]+/src/testing/', '^apps/[^/]+/src/.*/testing/', '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: '/generated/' }, to: { circular: true } },
    {
      name: 'prisma-stays-in-stores',
      comment: 'Prisma types and the generated client are known to *.store.ts and the store folder only.',
      severity: 'error',
      from: {
        path: '^apps/server/src/',
        pathNot: ['\\.store\\.ts$', '^apps/server/src/store/', '^apps/server/src/generated/', tests],
      },
      to: { path: ['^apps/server/src/generated/', '@prisma/', '(^|/)node_modules/pg/'] },
    },
    {
      name: 'features-never-import-each-other',
      comment: 'Features meet in core or through a queued job.',
      severity: 'error',
      from: { path: '^apps/server/src/features/([^/]+)/', pathNot: tests },
      to: { path: '^apps/server/src/features/', pathNot: '^apps/server/src/features/$1/' },
    },
    {
      name: 'rules-are-framework-free',
      severity: 'error',
      from: { path: '^packages/(core|wintask|contract)/', pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|/generated/.*\\.wasm' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['carillon-source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs'],
    },
  },
};
