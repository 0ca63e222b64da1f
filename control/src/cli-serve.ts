import { createControl, serveApprover } from './app.ts';
import { loadConfiguration } from './config.ts';
import { forgetShareKeys } from './config-environment.ts';
import { createLogger } from './log.ts';
import { serve } from './server.ts';
import { say, type CommandOptions } from './cli-command.ts';

/** `control serve`: everything, until the process is told to end. Logs go to standard error. */
export async function runServe(options: CommandOptions): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  forgetShareKeys(process.env);
  const logger = createLogger(configuration.logLevel, process.stderr);
  const control = createControl(configuration, { logger });
  return serve(control, () => {
    const { console, approver, link, enrolment, media } = control.addresses;
    say('Control serves:');
    say(`  consoles    ${console}/key/  /clinic/  /fleet/`);
    say(`  approver    ${approver ?? 'elsewhere'}`);
    say(`  laptops     ${link}`);
    say(`  enrolment   ${enrolment}`);
    say(`  media       ${media} (UDP and TCP)`);
  });
}

/** `control approver`: the approver alone, until the process is told to end. */
export async function runApprover(options: CommandOptions): Promise<number> {
  const configuration = await loadConfiguration(process.env, options.config);
  const logger = createLogger(configuration.logLevel, process.stderr);
  let close = (): Promise<void> => Promise.resolve();
  const approver = {
    start: async () => {
      close = await serveApprover(configuration, logger);
    },
    close: () => close(),
  };
  return serve(approver, () => say(`The approver is served at ${configuration.approver.origin}`));
}
