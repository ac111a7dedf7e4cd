/** Settings and the page about the program, over a real host. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDoors, type OpenDoor } from './doors.ts';

describeDoors('the settings', ({ open }) => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await open();
    await door.page.getByRole('button', { name: 'Launch only' }).waitFor();
    await door.show('/settings');
    await door.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  });
  afterAll(() => door?.close());

  const state = (): ReturnType<OpenDoor['page']['locator']> => door.page.locator('header [role="status"]');

  test('a wrong value is told at once and not saved', async () => {
    await door.page.getByLabel('Port base').fill('99999');
    await door.page.getByText('Expected at most 65000, got 99999.').waitFor();
    expect(await state().innerText()).toContain('Not saved');
  });

  test('a right one is saved when the field is left, and acts on the next launch', async () => {
    await door.page.getByLabel('Port base').fill('0');
    await door.page.getByLabel('Storage nodes').fill('2');
    await door.page.keyboard.press('Tab');
    await expect.poll(() => state().innerText()).toBe('All saved');
    await door.show('/cluster');
    expect(await door.page.getByLabel('Storage nodes', { exact: true }).inputValue()).toBe('2');
    await door.show('/settings');
    expect(await door.page.getByLabel('Storage nodes').inputValue()).toBe('2');
  });

  test('the defaults come back, and so does what was before', async () => {
    await door.page.getByRole('button', { name: 'Reset to defaults' }).click();
    await expect.poll(() => door.page.getByLabel('Storage nodes').inputValue()).toBe('5');
    await door.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => door.page.getByLabel('Storage nodes').inputValue()).toBe('2');
  });

  test('says where the data is, and that nothing is sent anywhere', async () => {
    await door.page.getByText(door.dataDir, { exact: true }).first().waitFor();
    await door.page.getByText('None, ever.').waitFor();
  });

  test('the program says what it is made of', async () => {
    await door.show('/about');
    await door.page.getByText('SQLite').waitFor();
    await door.page.getByLabel('Filter licences').fill('hls');
    await door.page.getByText(/^1 of \d+$/).waitFor();
    await door.page.getByText('hls.js', { exact: true }).click();
    await door.page.getByText('Apache License').first().waitFor();
  });

  test('nothing was complained about', () => expect(door.complaints()).toEqual([]));
});
