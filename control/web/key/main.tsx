import '../ui/no-eval.ts';
import '../ui/styles.scss';
import { mount } from '../ui/Console.tsx';
import { KeyConsole } from './KeyConsole.tsx';

mount(<KeyConsole />);
