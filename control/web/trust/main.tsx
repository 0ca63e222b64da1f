import '../ui/no-eval.ts';
import '../ui/styles.scss';
import { mount } from '../ui/Console.tsx';
import { TrustConsole } from './TrustConsole.tsx';

mount(<TrustConsole />);
