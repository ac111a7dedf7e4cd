/**
 * `virtual:licences`: the licences of everything that ships with the program, read at build time from the packages themselves, so that the
 * list can neither be forgotten nor go stale.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

export interface Licence {
  name: string;
  version: string;
  /** SPDX, as the package says. */
  licence: string;
  homepage: string | null;
  /** Whether the program itself asks for it, not only one of its packages. */
  isDirect: boolean;
  /** The text that came with the package; empty when it brought none. */
  text: string;
}

interface Manifest {
  name: string;
  version: string;
  license?: string | { type?: string };
  licenses?: { type?: string }[];
  homepage?: string;
  dependencies?: Record<string, string>;
}

const MODULE_ID = 'virtual:licences';
const RESOLVED_ID = `\0${MODULE_ID}`;

/** Tools of the build whose files end up in the program all the same: typefaces are copied, Node and Electron run it. */
const SHIPPED_TOOLS = ['@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono', 'node', 'electron'];

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const textIn = (folder: string): string => {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying|ofl)([.-].*)?$/i.test(name));
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
};

const licenceOf = (folder: string, manifest: Manifest, isDirect: boolean): Licence => {
  const { license, licenses } = manifest;
  const said = typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  return { name: manifest.name, version: manifest.version, licence: said || 'see its text', homepage: manifest.homepage ?? null, isDirect, text: textIn(folder) };
};

/** Where Node would find a package from `from`: its own node_modules first, then those above. */
const findPackage = (name: string, from: string, root: string): string | undefined => {
  for (let folder = from; folder.startsWith(root); folder = join(folder, '..')) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === root) return undefined;
  }
  return undefined;
};

/** Every package of the program, by name, and after them what these need. Optional packages that are not installed are not shipped either. */
export const collectLicences = (programDir: string): Licence[] => {
  const root = resolve(programDir);
  const found = new Map<string, Licence>();
  const add = (name: string, from: string, isDirect: boolean): string | undefined => {
    const folder = findPackage(name, from, root);
    if (folder === undefined) return undefined;
    const manifest = readManifest(folder);
    const key = `${manifest.name}@${manifest.version}`;
    if (found.has(key)) return undefined;
    found.set(key, licenceOf(folder, manifest, isDirect));
    return folder;
  };
  const addNeedsOf = (folder: string): void => {
    for (const name of Object.keys(readManifest(folder).dependencies ?? {})) {
      const added = add(name, folder, false);
      if (added !== undefined) addNeedsOf(added);
    }
  };
  // What the program asks for itself is met first, so that it is not taken for what another package brought.
  const direct = Object.keys(readManifest(root).dependencies ?? {}).map((name) => add(name, root, true));
  for (const folder of direct) if (folder !== undefined) addNeedsOf(folder);
  // What Electron and Node need to be installed is not part of them.
  for (const name of SHIPPED_TOOLS) add(name, root, true);
  return [...found.values()].sort((a, b) => Number(b.isDirect) - Number(a.isDirect) || a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
};

export const licencesPlugin = (root: string): Plugin => ({
  name: 'vstack-licences',
  resolveId: (id) => (id === MODULE_ID ? RESOLVED_ID : undefined),
  // A JSON text is parsed faster than an object literal of the same size.
  load: (id) => (id === RESOLVED_ID ? `export default JSON.parse(${JSON.stringify(JSON.stringify(collectLicences(root)))});` : undefined),
});
