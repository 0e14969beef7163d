import { type Command, Option } from 'commander';
import type { VideoCommandOptions } from '../actions/video-options.ts';
import type { ReportExitCode } from '../exit-code.ts';
import { BACKGROUNDS, CODECS, DIRECTIONS, helpOf, namesOf, REGIONS } from '../options/names.ts';
import {
  checkpointOption,
  computeOptions,
  instanceOptions,
  jsonOption,
  MAX_INSTANCES,
  translationOptions,
} from '../options/shared.ts';
import {
  filePath,
  frameRate,
  numberList,
  numberWithin,
  runFolder,
  shardValue,
  sizeInPx,
  timeValue,
  wholeNumber,
} from '../options/values.ts';

const DESCRIPTION =
  'Translate a video with a trained model: same length, same sound, the objects translated.\n\n' +
  'A segmenter finds the objects of each frame; or their masks are files DIR/NAME00001_0.png, ' +
  'NAME00001_1.png, … (grey, object above 127), NAME00001 for the first frame. Instances keep their number from frame to frame, and their masks are ' +
  'smoothed in time.\n\n' +
  'The ending of --output decides the format: .mp4, .mov, .mkv, .webm, .gif, or pictures as in ' +
  'frames/%05d.png. Finished parts wait in OUTPUT.parts until the file is whole. Ctrl-C makes a ' +
  'shorter file of what is done; --resume goes on, also after a crash.\n\n' +
  'Needs ffmpeg: named by FFMPEG_PATH, from the package ffmpeg-static, or on the PATH.';

const EXAMPLES = `
Examples:
  instagan video --run runs/meadow --segmenter runs/sheep --input walk.mp4 --output giraffes.mp4
  instagan video --run runs/meadow --segmenter runs/sheep --input walk.mp4 --output both.mp4 --compare --start 0:10 --duration 5
  instagan video --run runs/meadow --segmenter runs/sheep --input walk.mp4 --output giraffes.mp4 --shard 1/4
  instagan video --input walk.mp4 --output giraffes.mp4 --join`;

export function addVideoCommand(program: Command, reportExitCode: ReportExitCode): void {
  const whole = (flags: string, description: string, min: number, max: number) =>
    new Option(flags, description).argParser(wholeNumber(min, max));
  const command = program
    .command('video')
    .summary('translate a video')
    .description(DESCRIPTION)
    .optionsGroup('What to translate:')
    .option('--run <RUN>', 'run that trained or imported the model, or a model that "instagan models" lists', runFolder)
    .addOption(checkpointOption())
    .requiredOption(
      '--input <FILE|URL>',
      'video, folder of pictures or frames/%05d.png, http(s) URL, or - for standard input',
      filePath,
    )
    .requiredOption('--output <FILE>', 'video to write, or pictures as in frames/%05d.png', filePath)
    .option('--segmenter <RUN>', 'run or name of a segmenter, which finds the objects of each frame', runFolder)
    .addOption(
      new Option('--masks <DIR>', 'folder of the masks of each frame, instead')
        .argParser(filePath)
        .conflicts('segmenter'),
    )
    .addOption(
      new Option('--direction <name>', 'from which domain to which').choices(namesOf(DIRECTIONS)).default('AtoB'),
    )
    .addOption(
      whole('--max-instances <N>', 'instances of a frame that change, those first seen', 1, 1000).default(
        MAX_INSTANCES,
      ),
    );
  for (const option of translationOptions()) command.addOption(option);
  command
    .optionsGroup('Which frames:')
    .option('--start <TIME>', 'where to begin, such as 12.5 or 1:02:03', timeValue)
    .option('--duration <TIME>', 'how much to take', timeValue)
    .option('--size <HxW>', 'stretch frames to height x width', sizeInPx({ min: 16, max: 8192 }))
    .option(
      '--fps <N>',
      'even frame rate, such as 25 or 30000/1001; without it frames keep their exact times',
      frameRate,
    )
    .addOption(whole('--every <N>', 'take each N-th frame only, shown N times as long', 1, 10_000))
    .option('--deinterlace', 'remove the combs of an interlaced video')
    .option('--tolerate-damage', 'go on past what is damaged or missing in the file')
    .optionsGroup('Steadiness:')
    .option(
      '--mask-smoothing <W>',
      'weight of the past in a mask, 0 to 0.9 (default: 0.6)',
      numberWithin({ min: 0, max: 0.9 }),
    )
    .addOption(whole('--bridge <N>', 'frames for which to keep an instance that is not found (default: 3)', 0, 1000))
    .option(
      '--blend <W>',
      'weight of the frame before, moved along, 0 to 0.9 (default: 0)',
      numberWithin({ min: 0, max: 0.9 }),
    )
    .optionsGroup('What is written:')
    .option('--overwrite', 'replace an output that is there')
    .option('--compare', 'original, masks and translation side by side')
    .addOption(new Option('--codec <name>', 'see below (default: that of the format)').choices(namesOf(CODECS)))
    .addOption(
      new Option('--container <name>', 'format, where the ending does not tell it').choices([
        ...['mp4', 'mov', 'mkv', 'webm', 'gif', 'images'],
      ]),
    )
    .addOption(
      whole(
        '--crf <N>',
        'quality, lower is better and larger: to 51 for h264 and hevc, to 63 for vp9 and av1 (default: 18 for h264)',
        0,
        63,
      ),
    )
    .option('--audio-track <LIST>', 'sound tracks to keep, such as 2 or 1,3 (default: all of them)', numberList)
    .addOption(
      new Option('--encoder <kind>', 'hardware: an encoder of the GPU')
        .choices(['software', 'hardware'])
        .default('software'),
    )
    .optionsGroup('Long videos and many machines:')
    .option('--resume', 'go on where an earlier run with the same options ended')
    .addOption(whole('--part-frames <N>', 'frames that a crash costs at most', 1, 100_000).default(120))
    .addOption(whole('--segment-frames <N>', 'earlier name of --part-frames', 1, 100_000).hideHelp())
    .addOption(new Option('--shard <i/n>', 'translate part i of n only, by time').argParser(shardValue))
    .addOption(new Option('--join', 'join the finished shards of --output').conflicts(['shard', 'resume', 'run']))
    .optionsGroup('How it runs:');
  for (const option of [...computeOptions(), ...instanceOptions()]) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpOf('Regions', REGIONS))
    .addHelpText('after', helpOf('Background', BACKGROUNDS))
    .addHelpText('after', helpOf('Codecs', CODECS))
    .addHelpText('after', EXAMPLES)
    .action(async (options: VideoCommandOptions) => {
      const { videoAction } = await import('../actions/video.ts');
      reportExitCode(await videoAction(options));
    });
}
