// @vitest-environment happy-dom
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { useToastStore } from '../../../../../renderer/stores/toasts.ts';
import ProfileCard from '../../../../../renderer/views/network/ProfileCard.vue';
import ProfileDialog from '../../../../../renderer/views/network/ProfileDialog.vue';
import SaveProfileDialog from '../../../../../renderer/views/network/SaveProfileDialog.vue';
import { ownProfile, profileSettings } from '../../../../fixtures/scripted-door/network-states.ts';
import { allInPage, inPage, mountAttached, point, settle } from '../../components/attached.ts';
import { type NetworkStage, openStage } from './stage.ts';

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const item = (text: string): HTMLElement => allInPage('[role="menuitem"]').find((element) => element.textContent === text)!;
const button = (text: string): HTMLButtonElement => allInPage('button').find((element) => element.textContent?.trim() === text) as HTMLButtonElement;
const fill = async (input: HTMLInputElement, text: string): Promise<void> => {
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
};

describe('the list of profiles', () => {
  const card = (props: Record<string, unknown> = {}) => mountAttached(ProfileCard, { props: { canApply: true, ...props }, global: stage.global });
  const rowOf = (of: ReturnType<typeof card>, name: string) => of.findAll('li').find((row) => row.get('b').text() === name)!;

  test('begins with one\'s own, and shows where each is set', () => {
    const of = card();
    expect(of.findAll('li b').slice(0, 2).map((name) => name.text())).toEqual(['Night train', 'Normal']);
    expect([rowOf(of, '3G').get('.users').text(), rowOf(of, 'LTE').get('.users').text()]).toEqual(['2set at node-2', '']);
  });
  test.each([['node-4', ['node-4']], ['All links', 'all']])('applies one to %s', async (target, nodeIds) => {
    await point(rowOf(card(), 'LTE').get('.apply').element);
    await point(item(target));
    await flushPromises();
    expect(stage.callsTo('network:apply-profile')).toEqual([{ nodeIds, profileId: 'lte' }]);
  });
  test('renames and deletes only one\'s own, with a way back', async () => {
    const of = card();
    expect(of.findAll('[aria-haspopup="menu"]').filter((menu) => menu.attributes('aria-label')?.startsWith('More'))).toHaveLength(1);
    await point(of.get('[aria-label="More for Night train"]').element);
    await point(item('Delete'));
    await flushPromises();
    expect(of.findAll('li').some((row) => row.text().includes('Night train'))).toBe(false);
    useToastStore().act(useToastStore().toasts[0]!.id);
    await vi.waitFor(() => expect(of.findAll('li').some((row) => row.text().includes('Night train'))).toBe(true));
  });
  test('applies nothing while there is nothing to apply to', () => {
    expect(card({ canApply: false }).findAll('.apply').every((apply) => 'disabled' in apply.attributes())).toBe(true);
  });
});

describe('renaming a profile', () => {
  const open = async () => {
    const dialog = mountAttached(ProfileDialog, { props: { profile: null } });
    await dialog.setProps({ profile: ownProfile() });
    await settle();
    return dialog;
  };
  const name = (): HTMLInputElement => inPage<HTMLInputElement>('[role="dialog"] input')!;

  test('begins with its name, and takes another', async () => {
    const dialog = await open();
    expect(name().value).toBe('Night train');
    await fill(name(), ' Day train ');
    button('Rename').click();
    expect(dialog.emitted('rename')).toEqual([[ownProfile(), 'Day train']]);
  });
  test('refuses none and one that is too long, and leaves the same one alone', async () => {
    const dialog = await open();
    await fill(name(), ' ');
    expect([button('Rename').disabled, inPage('[role="dialog"] .note')!.textContent]).toEqual([true, '✕ A name has at least one character.']);
    await fill(name(), 'x'.repeat(61));
    expect(inPage('[role="dialog"] .note')!.textContent).toBe('✕ A name has at most 60 characters; this one has 61.');
    await fill(name(), 'Night train');
    button('Rename').click();
    expect(dialog.emitted('rename')).toBeUndefined();
  });
});

describe('saving settings as a profile', () => {
  const open = async (nodeId: string | null) => {
    const dialog = mountAttached(SaveProfileDialog, { props: { open: false, nodeId }, global: stage.global });
    await dialog.setProps({ open: true });
    await settle();
    return dialog;
  };
  const name = (): HTMLInputElement => inPage<HTMLInputElement>('[role="dialog"] input')!;

  test('begins with the first link that is not clear, and says what would be saved', async () => {
    const dialog = await open(null);
    expect(inPage('[role="dialog"]')!.textContent).toContain('300 ms, 1.6 Mbit/s down, 768 kbit/s up');
    expect(button('Save profile').disabled).toBe(true);
    await fill(name(), 'Tunnel');
    button('Save profile').click();
    expect(dialog.emitted('save')).toEqual([['Tunnel', profileSettings('3g')]]);
  });
  test('takes the link it was opened for, and warns of one of the same name', async () => {
    const dialog = await open('node-5');
    await fill(name(), 'Night train');
    expect(inPage('[role="dialog"]')!.textContent).toContain('You have a profile of this name; it will be replaced.');
    button('Save profile').click();
    expect(dialog.emitted('save')).toEqual([['Night train', profileSettings('node-failure')]]);
  });
});
