/**
 * Turns SIGINT and SIGTERM into an abort: the run decides the order in which things die (the agent first).
 * @returns the signal to pass on and a function that stops listening
 */
export function cancelOnSignals(): {
  readonly signal: AbortSignal;
  abort(reason: string): void;
  dispose(): void;
} {
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort('SIGINT');
  const onTerminate = (): void => controller.abort('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  process.on('SIGHUP', onTerminate);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      process.off('SIGHUP', onTerminate);
    },
  };
}
