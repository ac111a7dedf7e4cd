// Who may import whom. The table is the architecture (docs/architecture.md explains it); everything below it is plumbing.
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';

const r = (name) => `runtime/${name}`;

/** Area → the other areas it may import. `tests` and `scripts` may import everything and are imported by nothing. */
export const mayImport = {
  [r('contract')]: [],
  [r('core')]: [r('contract')],
  [r('platform')]: [r('contract')],
  [r('client')]: [r('contract'), r('core')],
  [r('services')]: [r('contract'), r('core'), r('platform'), r('client')],
  [r('supervisor')]: [r('contract'), r('core'), r('platform')],
  [r('lab')]: [r('contract'), r('core'), r('platform'), r('client'), r('supervisor')],
  [r('host')]: [r('contract'), r('core'), r('platform'), r('client'), r('supervisor'), r('lab')],
  [r('web')]: [r('contract'), r('platform'), r('host')],
  [r('cli')]: [r('contract'), r('platform'), r('client'), r('host'), r('web')],
  // The desktop program opens the web door beside its window while its setting is on.
  main: [r('contract'), r('platform'), r('host'), r('web')],
  preload: [`${r('contract')}/channels.ts`],
  renderer: [r('contract'), r('core'), r('client')],
};
const services = ['storage-node', 'metadata', 'uploader', 'link-emulator'].map((name) => r(`services/${name}`));

const areas = Object.keys(mayImport);
const zones = [
  ...areas.map((area) => {
    const allowed = mayImport[area];
    return {
      target: `./${area}`,
      from: [...areas, 'tests', 'scripts']
        .filter((other) => other !== area && !allowed.includes(other))
        .map((other) => `./${other}`),
      except: allowed.filter((name) => name.endsWith('.ts')).map((name) => `./${name}`),
      message: `${area} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
    };
  }),
  ...services.map((service) => ({
    target: `./${service}`,
    from: services.filter((other) => other !== service).map((other) => `./${other}`),
    message: 'Services talk over the wire, never by import.',
  })),
].flatMap(({ target, from, except, message }) =>
  // `except` is relative to `from`, so a zone with exceptions is split into one zone per origin.
  from.map((origin) => ({
    target,
    from: origin,
    except: (except ?? []).filter((name) => name.startsWith(`${origin}/`)).map((name) => `.${name.slice(origin.length)}`),
    message,
  })),
);

const inAreas = (names) => names.map((name) => `${name}/**/*.{ts,vue}`);
const ban = (group, message) => ({ group, message });
const noNode = ban(
  ['node:*', '/fs', '/net', '/path', '/child_process', 'execa', 'tcp-port-used', 'pino'],
  'Reach the outside world through runtime/platform.',
);
const noElectron = ban(['electron', 'electron/*'], 'Only main and preload know Electron.');
const noUi = ban(['vue', 'pinia', 'vue-router', '@vueuse/*', 'reka-ui', 'chart.js'], 'Only renderer knows the UI framework.');
const external = (names, ...patterns) => ({
  files: inAreas(names),
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

export const importRules = [
  {
    files: ['**/*.{ts,vue}'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: { 'import-x/no-restricted-paths': ['error', { zones }] },
  },
  external([r('contract'), r('core'), r('client'), r('services'), r('supervisor'), r('lab'), r('host')], noNode, noElectron, noUi),
  external([r('platform'), r('web'), r('cli')], noElectron, noUi),
  external(['main', 'preload'], noUi),
  external(['renderer'], noNode, noElectron),
  {
    files: inAreas([r('contract'), r('core')]),
    rules: {
      'no-restricted-globals': [
        'error', 'Date', 'performance', 'process', 'console', 'fetch', 'crypto', 'window', 'document', 'Buffer',
        'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness is an input.' }],
    },
  },
];
