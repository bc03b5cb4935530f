// A battery through a day: a state machine by a pure reducer over actions.

interface BatteryState {
  readonly charge: number;
  readonly temperature: number;
  readonly wear: number;
  readonly cells: readonly { readonly capacity: number; readonly resistance: number }[];
  readonly log: readonly string[];
}

type Action =
  | { type: "charge"; power: number; hours: number }
  | { type: "discharge"; power: number; hours: number }
  | { type: "rest"; hours: number }
  | { type: "replaceCell"; index: number; capacity: number }
  | { type: "daily"; days: readonly string[]; actions: readonly Action[] };

interface Constants {
  coolingRate: number;
  ambient: number;
  wearRate: number;
}

const capacity = ({ cells, wear }: BatteryState): number => cells.reduce((s, c) => s + c.capacity, 0) * (1 - wear);

const resistance = ({ cells }: BatteryState): number =>
  1 / cells.map((c) => 1 / c.resistance).reduce((a, b) => a + b, 0);

function assertNever(x: never): never {
  throw new Error(`unhandled ${JSON.stringify(x)}`);
}

const makeReducer =
  (k: Constants) =>
  (state: BatteryState, action: Action): BatteryState => {
    const reduce = makeReducer(k);
    switch (action.type) {
      case "charge":
      case "discharge": {
        const sign = action.type === "charge" ? 1 : -1;
        const loss = resistance(state) * action.power ** 2 * 0.01;
        const next = state.charge + sign * action.power * action.hours - loss * action.hours;
        const heated = state.temperature + 3 * loss * action.hours;
        return {
          ...state,
          charge: Math.min(Math.max(next, 0), capacity(state)),
          temperature: k.ambient + (heated - k.ambient) * Math.exp(-k.coolingRate * action.hours),
          wear: state.wear + k.wearRate * action.power * action.hours * Math.exp((state.temperature - 25) / 30),
          log: [...state.log, action.type],
        };
      }
      case "rest":
        return {
          ...state,
          temperature: k.ambient + (state.temperature - k.ambient) * Math.exp(-k.coolingRate * action.hours),
          charge: state.charge * 0.999 ** action.hours,
        };
      case "replaceCell":
        return {
          ...state,
          cells: state.cells.map((c, i) => (i === action.index ? { ...c, capacity: action.capacity } : c)),
        };
      case "daily":
        return action.days.reduce((s, day) => action.actions.reduce(reduce, { ...s, log: [...s.log, day] }), state);
      default:
        return assertNever(action);
    }
  };

/**
 * @differentiable wrt=initial,actions,constants
 */
export function endOfDayScore(initial: BatteryState, actions: readonly Action[], constants: Constants): number {
  const { charge, temperature, wear, log } = actions.reduce(makeReducer(constants), initial);
  return charge - 0.1 * (temperature - 25) ** 2 - 50 * wear - 0.01 * log.length;
}

const initial = (): BatteryState => ({
  charge: 3,
  temperature: 24,
  wear: 0.02,
  cells: [
    { capacity: 4, resistance: 0.9 },
    { capacity: 5, resistance: 1.1 },
  ],
  log: [],
});

export const cases = [
  {
    name: "endOfDayScore",
    args: () => [
      initial(),
      [
        { type: "charge", power: 1.5, hours: 2 },
        { type: "rest", hours: 3 },
        {
          type: "daily",
          days: ["mon", "tue"],
          actions: [
            { type: "discharge", power: 0.8, hours: 1 },
            { type: "rest", hours: 0.5 },
          ],
        },
        { type: "replaceCell", index: 1, capacity: 6 },
        { type: "charge", power: 3, hours: 2.5 },
      ],
      { coolingRate: 0.4, ambient: 21, wearRate: 0.001 },
    ],
  },
];
