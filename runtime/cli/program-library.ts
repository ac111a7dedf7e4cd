/** The commands of the library: videos in, out, and between. */
import { type Command, Option } from 'commander';
import { PLAYER_CLIENT_KINDS } from '../contract/client-kind.ts';
import { runDownload } from './commands/download.ts';
import { runPlay, type PlayOptions } from './commands/play.ts';
import { runUpload, type UploadOptions } from './commands/upload.ts';
import { runDelete, runManifest, runRename, runRestore, runVideos, type VideosOptions } from './commands/videos.ts';
import { parseClient, parseLimit, parseOffset, parseTitle } from './options.ts';
import { examples, type Run } from './program-parts.ts';

export const addVideos = (program: Command, run: Run): void => {
  program
    .command('upload [file]')
    .summary('store a video; Ctrl-C cancels')
    .description('Stores a video file: MP4, MOV, MKV, WebM, MPEG-TS; AVI and FLV with a system ffmpeg. The file is read in place. Ctrl-C cancels, and nothing stays behind.')
    .option('--title <title>', "the video's title (default: the file's name)", parseTitle)
    .option('--sample', 'store the sample video that comes with the program', false)
    .addHelpText('after', examples('vstack upload film.mp4', 'vstack upload film.mkv --title "A film"', 'vstack upload --sample --json'))
    .action((file: string | undefined, options: UploadOptions, command: Command) =>
      run(command.optsWithGlobals(), (context) => runUpload(file, options, context)),
    );

  program
    .command('videos')
    .summary('list the stored videos, youngest first')
    .option('--limit <count>', 'at most so many', parseLimit, 100)
    .option('--offset <count>', 'leave out so many of the youngest', parseOffset, 0)
    .option('--search <text>', 'only those with this text in their title')
    .addHelpText('after', examples('vstack videos', 'vstack videos --search holiday', 'vstack videos --json | jq -r ".videos[].video_id"'))
    .action((options: VideosOptions, command: Command) => run(command.optsWithGlobals(), (context) => runVideos(options, context)));

  program
    .command('manifest <video-id>')
    .summary('show the chunks of a video and the nodes that hold them')
    .addHelpText('after', examples('vstack manifest vid-0123456789ab', 'vstack manifest vid-0123456789ab --json | jq ".chunks[0].replicas"'))
    .action((videoId: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runManifest(videoId, context)));

  program
    .command('play <video-id>')
    .summary('download a video in order, check every hash, report how it went')
    .description('Downloads the chunks in order, asks the next node when one fails, checks every SHA-256, and reports start-up, throughput and failures.')
    .option('--out <file>', 'write the video (MP4) to a file')
    .option('--client <client>', `which client chooses the nodes: ${PLAYER_CLIENT_KINDS.join(', ')}`, parseClient, 'smart')
    .addOption(new Option('--realtime', 'play as long as the video lasts, without a picture, and report start-up, stalls and buffer').conflicts('out').default(false))
    .option('--dashboard', 'open the page on this video instead', false)
    .addHelpText('after', examples('vstack play vid-0123456789ab', 'vstack play vid-0123456789ab --out film.mp4', 'vstack play vid-0123456789ab --client naive --realtime', 'vstack play vid-0123456789ab --dashboard'))
    .action((videoId: string, options: PlayOptions, command: Command) => run(command.optsWithGlobals(), (context) => runPlay(videoId, options, context)));

  program
    .command('delete <video-id...>')
    .summary('delete videos; for a minute they can be restored')
    .description('Deletes videos. For a minute `vstack restore` brings them back; then their chunks are collected from the nodes.')
    .addHelpText('after', examples('vstack delete vid-0123456789ab'))
    .action((videoIds: string[], _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runDelete(videoIds, context)));

  program
    .command('restore <video-id...>')
    .summary('bring deleted videos back, while that is possible')
    .addHelpText('after', examples('vstack restore vid-0123456789ab'))
    .action((videoIds: string[], _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runRestore(videoIds, context)));

  program
    .command('rename <video-id> <title>')
    .summary('give a video another title')
    .addHelpText('after', examples('vstack rename vid-0123456789ab "A better title"'))
    .action((videoId: string, title: string, _options: object, command: Command) => run(command.optsWithGlobals(), (context) => runRename(videoId, title, context)));

  program
    .command('download <video-id> [file]')
    .summary('save a video as an MP4 in its original quality')
    .description('Saves a video as an MP4 in its original quality, every chunk verified. The file gets its name only when it is whole; Ctrl-C cancels, and nothing stays behind.')
    .option('--force', 'overwrite a file of that name', false)
    .addHelpText('after', examples('vstack download vid-0123456789ab', 'vstack download vid-0123456789ab film.mp4', 'vstack download vid-0123456789ab ~/Videos --force'))
    .action((videoId: string, file: string | undefined, { force }: { force: boolean }, command: Command) =>
      run(command.optsWithGlobals(), (context) => runDownload(videoId, { force, ...(file !== undefined && { file }) }, context)),
    );
};
