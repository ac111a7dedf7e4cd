// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { h, nextTick, ref } from 'vue';
import Button from '../../../../renderer/components/Button.vue';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import Dialog from '../../../../renderer/components/Dialog.vue';
import Menu from '../../../../renderer/components/Menu.vue';
import type { MenuItem } from '../../../../renderer/components/menu.ts';
import Tooltip from '../../../../renderer/components/Tooltip.vue';
import { useConfirmation } from '../../../../renderer/composables/confirmation.ts';
import { allInPage, inPage, mountAttached, point, press, settle } from './attached.ts';

describe('Dialog', () => {
  /** A page with a button that opens the dialog. */
  const page = (props: Record<string, unknown> = {}) => {
    const open = ref(false);
    const mounted = mountAttached({
      render: () => [
        h('button', { id: 'opener', onClick: () => (open.value = true) }, 'Rename'),
        h(
          Dialog,
          { title: 'Rename video', open: open.value, 'onUpdate:open': (value: boolean) => (open.value = value), ...props },
          { default: () => h('input', { id: 'title' }), footer: ({ close }: { close: () => void }) => h('button', { id: 'cancel', onClick: close }, 'Cancel') },
        ),
      ],
    });
    return { open, mounted };
  };
  const openIt = async (props: Record<string, unknown> = {}) => {
    const { open } = page(props);
    const opener = inPage('#opener')!;
    opener.focus();
    opener.click();
    await settle();
    return { open, opener, dialog: inPage('[role="dialog"]')! };
  };

  test('is not in the page until it is opened', () => {
    page();
    expect(inPage('[role="dialog"]')).toBeNull();
  });
  test('is named by its title and described by its words', async () => {
    const { dialog } = await openIt({ description: 'The new title shows everywhere at once.' });
    expect(inPage(`#${dialog.getAttribute('aria-labelledby')}`)!.textContent).toBe('Rename video');
    expect(inPage(`#${dialog.getAttribute('aria-describedby')}`)!.textContent).toBe('The new title shows everywhere at once.');
  });
  test('without a description points at none', async () => {
    expect((await openIt()).dialog.getAttribute('aria-describedby')).toBeNull();
  });
  test('takes the focus, and gives it back to what opened it', async () => {
    const { opener, dialog } = await openIt();
    expect(dialog.contains(document.activeElement)).toBe(true);
    await press('Escape');
    await settle();
    expect(inPage('[role="dialog"]')).toBeNull();
    expect(document.activeElement).toBe(opener);
  });
  test('closes by its cross and by its footer', async () => {
    const { open } = await openIt();
    inPage('[aria-label="Close"]')!.click();
    await settle();
    expect(open.value).toBe(false);
    open.value = true;
    await settle();
    inPage('#cancel')!.click();
    expect(open.value).toBe(false);
  });
  test('takes its size from the list of sizes', async () => {
    expect((await openIt({ size: 'large' })).dialog.classList).toContain('large');
  });
});

describe('ConfirmDialog', () => {
  const ask = async (): Promise<{ answer: Promise<boolean> }> => {
    mountAttached(ConfirmDialog);
    const answer = useConfirmation().ask({ title: 'Remove node-4?', text: 'Its chunks are copied elsewhere first.', action: 'Remove node' });
    await settle();
    return { answer };
  };
  afterEach(() => useConfirmation().answer(false));
  const button = (text: string): HTMLElement => allInPage('[role="alertdialog"] button').find(({ textContent }) => textContent?.trim() === text)!;

  test('asks with the words it was given, and starts at the answer that harms nothing', async () => {
    await ask();
    expect(inPage('[role="alertdialog"]')!.textContent).toContain('Remove node-4?');
    expect(document.activeElement).toBe(button('Cancel'));
  });
  test('the action answers yes', async () => {
    const { answer } = await ask();
    button('Remove node').click();
    expect(await answer).toBe(true);
    await settle();
    expect(inPage('[role="alertdialog"]')).toBeNull();
  });
  test.each([['Cancel', () => button('Cancel').click()], ['Escape', () => press('Escape')]])('%s answers no', async (_name, act) => {
    const { answer } = await ask();
    await act();
    expect(await answer).toBe(false);
  });
  test('a second question answers the first no', async () => {
    const { answer } = await ask();
    void useConfirmation().ask({ title: 'Stop all?', text: '', action: 'Stop all' });
    expect(await answer).toBe(false);
    await nextTick();
    expect(inPage('[role="alertdialog"]')!.textContent).toContain('Stop all?');
  });
});

describe('Menu', () => {
  const run = { open: vi.fn(), remove: vi.fn(), download: vi.fn() };
  const items: MenuItem[] = [
    { label: 'Open folder', icon: 'folder', shortcut: 'O', run: run.open },
    { label: 'Download MP4', disabled: true, run: run.download },
    { separator: true },
    { label: 'Remove node…', danger: true, run: run.remove },
  ];
  afterEach(() => vi.clearAllMocks());
  const openByKey = async (): Promise<HTMLElement> => {
    const menu = mountAttached(Menu, { props: { label: 'Actions for node-1', items } });
    const trigger = menu.get<HTMLElement>('button').element;
    trigger.focus();
    await press('Enter', trigger);
    await settle();
    return trigger;
  };
  const entries = (): HTMLElement[] => allInPage('[role="menuitem"]');

  test('its button has a name, and says whether the menu is open', async () => {
    const trigger = await openByKey();
    expect(trigger.getAttribute('aria-label')).toBe('Actions for node-1');
    expect(trigger.getAttribute('aria-haspopup')).toBe('menu');
    expect(trigger.getAttribute('aria-expanded')).toBe('true');
  });
  test('lists its actions in groups, with their keys', async () => {
    await openByKey();
    expect(entries().map((entry) => entry.textContent)).toEqual(['Open folderO', 'Download MP4', 'Remove node…']);
    expect(allInPage('[role="separator"]')).toHaveLength(1);
    expect(entries()[1]!.getAttribute('aria-disabled')).toBe('true');
    expect(entries()[2]!.classList).toContain('danger');
  });
  test('Enter runs the action, closes the menu and gives the focus back', async () => {
    const trigger = await openByKey();
    entries()[2]!.focus();
    await press('Enter', entries()[2]!);
    await settle();
    expect(run.remove).toHaveBeenCalledOnce();
    expect(inPage('[role="menu"]')).toBeNull();
    expect(document.activeElement).toBe(trigger);
  });
  test('the arrow keys pass over what cannot be done', async () => {
    await openByKey();
    entries()[0]!.focus();
    await press('ArrowDown', entries()[0]!);
    expect(document.activeElement?.textContent).toBe('Remove node…');
  });
  test('a disabled action does not run', async () => {
    await openByKey();
    await point(entries()[1]!);
    expect(run.download).not.toHaveBeenCalled();
  });
  test('Escape closes it and runs nothing', async () => {
    await openByKey();
    await press('Escape');
    expect(inPage('[role="menu"]')).toBeNull();
    expect(Object.values(run).some((action) => action.mock.calls.length > 0)).toBe(false);
  });
  test('may hang on a button of the view\'s own', async () => {
    const menu = mountAttached(Menu, { props: { label: 'Add', items }, slots: { trigger: () => h(Button, { icon: 'add' }, () => 'Add') } });
    expect(menu.get('button').text()).toBe('Add');
    expect(menu.get('button').attributes('aria-haspopup')).toBe('menu');
  });
});

describe('Tooltip', () => {
  const mounted = () => mountAttached(Tooltip, { props: { text: 'Stops it at once, as a power cut would', delayMs: 0 }, slots: { default: () => h(Button, () => 'Kill') } });

  test('comes with the keyboard\'s focus and describes the button', async () => {
    const button = mounted().get<HTMLElement>('button').element;
    expect(inPage('[role="tooltip"]')).toBeNull();
    button.focus();
    await settle();
    expect(inPage('[role="tooltip"]')!.textContent).toContain('as a power cut would');
    expect(button.getAttribute('aria-describedby')).toBe(inPage('[role="tooltip"]')!.id);
  });
  test('goes with Escape and with the focus', async () => {
    const button = mounted().get<HTMLElement>('button').element;
    button.focus();
    await settle();
    await press('Escape');
    expect(inPage('[role="tooltip"]')).toBeNull();
  });
});
