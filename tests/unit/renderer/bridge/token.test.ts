import { expect, test } from 'vitest';
import { takeToken, type TokenPlace } from '../../../../renderer/bridge/token.ts';

const placeAt = (hash: string, stored: string | null = null) => {
  const kept = { token: stored, address: '' };
  const place: TokenPlace = {
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: (_data, _unused, url) => void (kept.address = String(url)) },
    storage: { getItem: () => kept.token, setItem: (_key, value) => void (kept.token = value) },
  };
  return { place, kept };
};

test('the token moves from the address into the storage', () => {
  const { place, kept } = placeAt('#token=abc');
  expect(takeToken(place)).toBe('abc');
  expect(kept).toEqual({ token: 'abc', address: '/' });
});

test('a view may be named beside it, but no other address', () => {
  const view = placeAt('#token=abc&view=/watch/vid-1');
  takeToken(view.place);
  expect(view.kept.address).toBe('/#/watch/vid-1');
  const foreign = placeAt('#token=abc&view=https://example.org');
  takeToken(foreign.place);
  expect(foreign.kept.address).toBe('/');
});

test('without one in the address the stored one is used, and the route stays', () => {
  const { place, kept } = placeAt('#/library', 'kept');
  expect(takeToken(place)).toBe('kept');
  expect(kept.address).toBe('');
});
