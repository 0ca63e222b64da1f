import '../ui/no-eval.ts';
import '../ui/styles.scss';
import { mount } from '../ui/Console.tsx';
import { SetupPage } from './SetupPage.tsx';
import { takeToken } from './token.ts';

const token = takeToken(window.location, window.history);
mount(<SetupPage token={token} />);
