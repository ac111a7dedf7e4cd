import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [...globSync('*.md', { cwd: root }), ...globSync('docs/*.md', { cwd: root })];

describe('the documents', () => {
  it.each(pages)('%s links only to files that exist', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!).filter((target) => !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it('docs/api.md names every route of the services, and no other', () => {
    const sources = globSync(['runtime/services/*/{routes,http}/*.ts', 'runtime/services/{uploader,link-emulator}/routes.ts', 'runtime/web/{rest,dashboard-api,download}.ts'], { cwd: root });
    const routes = sources.flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/path: '(\/[^']*)'/g)].map((match) => match[1]!));
    const shapeOf = (path: string): string => path.replace(/:[a-z_]+|\{[a-z_]+\}/g, '*');
    const text = readFileSync(join(root, 'docs/api.md'), 'utf8');
    const named = [...text.matchAll(/`(?:GET|HEAD|PUT|POST|PATCH|DELETE) (\/[^`?\s]*)/g)].map((match) => shapeOf(match[1]!));
    const exist = new Set([...routes.map(shapeOf), '/metrics']);
    expect(routes.length).toBeGreaterThan(40);
    expect([...exist].filter((path) => !named.includes(path))).toEqual([]);
    expect(named.filter((path) => !exist.has(path))).toEqual([]);
  });
});
