import { describe, expect, it } from 'vitest';
import { attachmentHeader, fileNameOf } from '../../../runtime/contract/file-name.ts';

describe('the name of a file made of a title', () => {
  it.each([
    ['Holiday', 'Holiday.mp4'],
    ['../../etc/passwd', 'etc passwd.mp4'],
    ['C:\\Windows\\evil', 'C Windows evil.mp4'],
    ['a\r\nContent-Length: 0', 'a Content-Length 0.mp4'],
    ['...hidden...', 'hidden.mp4'],
    ['  ', 'video.mp4'],
    ['con', '_con.mp4'],
    ['LPT1.x', '_LPT1.x.mp4'],
    ['tilt\u202e4pm.exe', 'tilt 4pm.exe.mp4'],
    ['日本語 🎬', '日本語 🎬.mp4'],
    ['\ud800broken', '\ufffdbroken.mp4'],
  ])('%j becomes %j', (title, expected) => expect(fileNameOf(title, 'mp4')).toBe(expected));

  it('is cut where a file system could not take it, never within a character', () => {
    const name = fileNameOf('🎬'.repeat(300), 'mp4');
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name).toBe(`${'🎬'.repeat(60)}.mp4`);
  });

  it('stands in a header in both ways, without anything that could end it', () => {
    expect(attachmentHeader(`it's "5" 100%; a*b.mp4`)).toBe(`attachment; filename="it's 5 100; a*b.mp4"; filename*=UTF-8''it%27s%20%225%22%20100%25%3B%20a%2Ab.mp4`);
    expect(attachmentHeader('日本.mp4')).toBe(`attachment; filename="video.mp4"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.mp4`);
  });
});
