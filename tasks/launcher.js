// Starts the task's program for this machine and stands aside. Knows nothing of what the program does.
//
// Plain CommonJS for Node 16, 20 and 24, without dependencies. The programs lie beside this file, one file in each of
// bin/<platform>-<architecture>/, in Node's own words for both.
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

const windows = process.platform === 'win32';

function main() {
  const program = findProgram();
  const inPlace = makeExecutable(program, 0o755);
  if (inPlace === null) {
    run(program, null, () => runCopy(program, (error) => cannotStart(program, [error])));
  } else {
    runCopy(program, (error) => cannotStart(program, [inPlace, error]));
  }
}

// The only file in the folder of this platform; its name tells this launcher nothing.
function findProgram() {
  const all = path.join(__dirname, 'bin');
  const platform = `${process.platform}-${process.arch}`;
  const folder = path.join(all, platform);
  const programs = list(folder);
  if (programs.length !== 1) {
    const there = list(all).filter((name) => list(path.join(all, name)).length === 1);
    fail(`this task has no program for ${platform}: its package holds ${there.join(', ') || 'none'}`);
  }
  return path.join(folder, programs[0]);
}

function list(folder) {
  try {
    return fs.readdirSync(folder).filter((name) => !name.startsWith('.')).sort();
  } catch {
    return [];
  }
}

// Packages lose the executable bit. Gives null, or why the program cannot be executed where it lies: another user's
// file, a read-only folder, or one mounted without execution, which the check after the change finds out. The check
// has to be thorough: an `execve` that fails ends Node on the spot.
function makeExecutable(program, mode) {
  if (windows) return null;
  const blocked = () => {
    try {
      fs.accessSync(program, fs.constants.X_OK);
      return null;
    } catch (error) {
      return error;
    }
  };
  if (blocked() === null) return null;
  try {
    fs.chmodSync(program, mode);
  } catch (error) {
    return error;
  }
  return blocked();
}

// Runs a copy from a fresh folder of our own. After `execve` nobody is left to remove it; the agent empties its
// temporary folder after the job.
function runCopy(program, failed) {
  let folder = null;
  try {
    folder = fs.mkdtempSync(path.join(process.env.AGENT_TEMPDIRECTORY || os.tmpdir(), 'program-'));
    const copy = path.join(folder, path.basename(program));
    fs.copyFileSync(program, copy);
    const error = makeExecutable(copy, 0o700);
    if (error) throw error;
    run(copy, folder, (error) => {
      remove(folder);
      failed(error);
    });
  } catch (error) {
    remove(folder);
    failed(error);
  }
}

function remove(folder) {
  if (folder === null) return;
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // The agent empties its temporary folder after the job.
  }
}

// Becomes the program where Node can, so that nothing of Node waits with it for hours. No stream of ours may have
// been touched by then: an opened pipe would be left non-blocking for the program.
function run(program, scratch, failed) {
  if (!windows && typeof process.execve === 'function') {
    process.execve(program, [program], process.env);
  }
  const { spawn } = require('child_process');
  // Standard input stays open as long as we live: its end tells the program that we were killed.
  const options = { stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, SNOWGATE_LAUNCHER: 'spawn' } };
  let child = null;
  passOnSignals((signal) => child !== null && child.kill(signal));
  try {
    child = spawn(program, [], options);
  } catch (error) {
    failed(error);
    return;
  }
  let started = false;
  child.once('spawn', () => { started = true; });
  child.stdin.on('error', () => {});
  child.on('error', (error) => { if (!started) failed(error); });
  child.on('exit', (code, signal) => {
    remove(scratch);
    process.exit(code === null ? 128 + (os.constants.signals[signal] || 0) : code);
  });
}

// The agent signals us only, and we keep waiting for what the program makes of it. On Windows the console delivers
// Ctrl+C and Ctrl+Break to the program itself, and `kill` would end it at once: there we only survive them. Called
// before the program starts, so that no signal finds us unprepared.
function passOnSignals(pass) {
  const signals = windows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, () => { if (!windows) pass(signal); });
  }
}

function cannotStart(program, errors) {
  const reasons = errors.map((error) => error.message).join('; and from a copy in the temporary folder: ');
  fail(`the task's program ${path.basename(program)} could not be started: ${reasons}`);
}

// Tells the agent and ends. The texts hold paths and system messages only, but are escaped like any other.
function fail(text) {
  const data = text.replace(/##(?=vso)/gi, '**').replace(/%/g, '%AZP25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const lines = [`##vso[task.logissue type=error;code=cannot-start]${data}`, `##vso[task.complete result=Failed]${data}`];
  fs.writeSync(1, `${lines.join('\n')}\n`);
  process.exit(1);
}

main();
