// @vitest-environment happy-dom
import { mount, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { h, type ShallowRef, useTemplateRef } from 'vue';
import { type Dropped, useFileDrop } from '../../../../renderer/composables/file-drop.ts';

let wrapper: VueWrapper;
let drops: Dropped[];
let isOver: Readonly<ShallowRef<boolean>>;

beforeEach(() => {
  drops = [];
  wrapper = mount({
    setup: () => {
      isOver = useFileDrop(useTemplateRef<HTMLElement>('zone'), (dropped) => drops.push(dropped));
      return () => h('div', { ref: 'zone' }, [h('p', 'inside')]);
    },
  }, { attachTo: document.body });
});
afterEach(() => wrapper.unmount());

type Item = Pick<DataTransferItem, 'kind' | 'getAsFile' | 'webkitGetAsEntry'>;
const fileItem = (name: string): Item => ({ kind: 'file', getAsFile: () => new File(['x'], name), webkitGetAsEntry: () => ({ isDirectory: false, name }) as FileSystemEntry });
/** As a browser hands a folder over: with an entry that says so, and as a file without content. */
const folderItem = (name: string): Item => ({ kind: 'file', getAsFile: () => new File([], name), webkitGetAsEntry: () => ({ isDirectory: true, name }) as FileSystemEntry });
const textItem: Item = { kind: 'string', getAsFile: () => null, webkitGetAsEntry: () => null };

/** Dispatches a drag event as the browser does; returns it. */
const drag = (name: string, items: Item[] = [fileItem('a.mp4')], target: Element = wrapper.element): Event => {
  const event = new Event(name, { bubbles: true, cancelable: true });
  const types = items.some(({ kind }) => kind === 'file') ? ['Files'] : ['text/plain'];
  Object.defineProperty(event, 'dataTransfer', { value: { types, items, dropEffect: 'none' } });
  target.dispatchEvent(event);
  return event;
};
const transferOf = (event: Event): DataTransfer => (event as DragEvent).dataTransfer!;

test('files that are dropped are handed over, folders by their names, and text not at all', () => {
  drag('drop', [fileItem('a.mp4'), folderItem('holidays'), textItem, fileItem('b.mkv')]);
  expect(drops.map(({ files, folderNames }) => [files.map(({ name }) => name), folderNames])).toEqual([[['a.mp4', 'b.mkv'], ['holidays']]]);
});

test('a drop of something else than files is no drop', () => {
  drag('drop', [textItem]);
  expect(drops).toEqual([]);
});

test('the browser is kept from opening what is dropped, and told that it is copied', () => {
  const over = drag('dragover');
  expect([over.defaultPrevented, transferOf(over).dropEffect]).toEqual([true, 'copy']);
  expect(drag('drop').defaultPrevented).toBe(true);
});

test('files are over it from entering to leaving, however many elements inside they cross', () => {
  drag('dragenter');
  expect(isOver.value).toBe(true);
  // An element inside is entered before the one around it is left.
  drag('dragenter', undefined, wrapper.get('p').element);
  drag('dragleave');
  expect(isOver.value).toBe(true);
  drag('dragleave', undefined, wrapper.get('p').element);
  expect(isOver.value).toBe(false);
});

test('dragged text is not announced as files', () => {
  drag('dragenter', [textItem]);
  expect(isOver.value).toBe(false);
});

test('after a drop nothing is over it any more, and the next time counts from nothing', () => {
  drag('dragenter');
  drag('dragenter', undefined, wrapper.get('p').element);
  drag('drop');
  expect(isOver.value).toBe(false);
  drag('dragenter');
  drag('dragleave');
  expect(isOver.value).toBe(false);
});
