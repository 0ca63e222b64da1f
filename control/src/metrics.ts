import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** A figure that is read when somebody asks for the metrics. */
export interface Figure {
  name: string;
  help: string;
  read: () => number;
}

/** Creates the registry of one control, with Node's own figures in it. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'sallyport_' });
  return registry;
}

/** Adds figures that are read when asked for. */
export function addFigures(registry: Registry, figures: readonly Figure[]): void {
  for (const { name, help, read } of figures) {
    const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
  }
}

/** Figures of one name that are told apart by a label. */
export interface FigureFamily {
  name: string;
  help: string;
  label: string;
  /** Each of the label's values with its figure. */
  read: () => Readonly<Record<string, number>>;
}

/** Adds figures of one name that are read when asked for. */
export function addFamily(registry: Registry, { name, help, label, read }: FigureFamily): void {
  const gauge: Gauge = new Gauge({
    ...{ name, help, labelNames: [label], registers: [registry] },
    collect: () => {
      for (const [value, figure] of Object.entries(read())) gauge.set({ [label]: value }, figure);
    },
  });
}
