/** Files that are dropped on a part of the page. Folders are told apart: a browser hands them over as empty files. */
import { useEventListener } from '@vueuse/core';
import { type Ref, shallowRef, type ShallowRef } from 'vue';

export interface Dropped {
  files: File[];
  folderNames: string[];
}

const sortOut = (transfer: DataTransfer): Dropped => {
  const dropped: Dropped = { files: [], folderNames: [] };
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) dropped.folderNames.push(entry.name);
    else if (file) dropped.files.push(file);
  }
  return dropped;
};

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Resolves to whether files are held over `target` at this moment. */
export const useFileDrop = (target: Readonly<Ref<HTMLElement | null>>, onDrop: (dropped: Dropped) => void): Readonly<ShallowRef<boolean>> => {
  const isOver = shallowRef(false);
  // Each element inside tells of its own entering and leaving; only their balance tells of the whole.
  let depth = 0;
  useEventListener(target, 'dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth++;
    isOver.value = true;
  });
  useEventListener(target, 'dragleave', () => {
    depth = Math.max(0, depth - 1);
    isOver.value = depth > 0;
  });
  useEventListener(target, 'dragover', (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  useEventListener(target, 'drop', (event) => {
    event.preventDefault();
    depth = 0;
    isOver.value = false;
    if (event.dataTransfer && hasFiles(event)) onDrop(sortOut(event.dataTransfer));
  });
  return isOver;
};
