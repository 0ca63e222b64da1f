import '../ui/no-eval.ts';
import '../ui/styles.scss';
import './clinic.scss';
import { mount } from '../ui/Console.tsx';
import { ClinicConsole } from './ClinicConsole.tsx';

mount(<ClinicConsole />);
