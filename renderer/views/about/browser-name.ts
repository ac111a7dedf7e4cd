/** The browser a page runs in, as its user agent tells: the most particular name it gives, with its version. */

/** Every browser also claims to be the ones before it, so the first that matches is the one. */
const NAMES: readonly [RegExp, string][] = [
  [/\bElectron\/([\d.]+)/, 'Electron'],
  [/\bEdg\/([\d.]+)/, 'Edge'],
  [/\bFirefox\/([\d.]+)/, 'Firefox'],
  [/Chrome\/([\d.]+)/, 'Chrome'],
  [/\bVersion\/([\d.]+).*Safari/, 'Safari'],
];

export const browserName = (userAgent: string): string => {
  for (const [pattern, name] of NAMES) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent;
};
