import '../ui/no-eval.ts';
import '../ui/styles.scss';
import { mount } from '../ui/Console.tsx';
import { FleetConsole } from './FleetConsole.tsx';

mount(<FleetConsole />);
