/** Ids made from names: what a person can type on a command line. */

/** Leaves room for a number behind it within the 60 characters of an id. */
const CHARACTERS_MAX = 50;

const slugOf = (name: string): string =>
  name
    // Accents come apart from their letters, which are kept.
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, CHARACTERS_MAX)
    .replace(/^-+|-+$/g, '');

/** @param fallback for a name without a single Latin letter or digit */
export const freeId = (name: string, taken: readonly string[], fallback: string): string => {
  const slug = slugOf(name) || fallback;
  for (let number = 1; ; number++) {
    const id = number === 1 ? slug : `${slug}-${number}`;
    if (!taken.includes(id)) return id;
  }
};
