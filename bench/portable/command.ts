// The `instagan` command as one file, see build.js.
import { main } from '@instagan/tui';

process.exitCode = await main(process.argv.slice(2));
