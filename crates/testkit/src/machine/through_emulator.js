// Preloaded into a Node for ARM. The kernel of a real ARM machine starts programs for ARM itself, and one with
// binfmt_misc set up hands them to the emulator; where neither is so, this does it: a program that Node starts runs
// through the emulator too, and needs its executable bit as it would there.
'use strict';

const childProcess = require('child_process');
const fs = require('fs');

const emulator = '/usr/bin/qemu-aarch64-static';

const { spawn } = childProcess;
childProcess.spawn = (program, programArguments, options) => {
  fs.accessSync(program, fs.constants.X_OK);
  return spawn(emulator, [program, ...programArguments], options);
};

const { execve } = process;
if (execve !== undefined) {
  process.execve = (program, [, ...programArguments], environment) => {
    fs.accessSync(program, fs.constants.X_OK);
    execve.call(process, emulator, [emulator, program, ...programArguments], environment);
  };
}
