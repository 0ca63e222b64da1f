import '../ui/no-eval.ts';
import '../ui/styles.scss';
import '../clinic/clinic.scss';
import './guest.scss';
import { takeToken } from '../setup/token.ts';
import { mount } from '../ui/Console.tsx';
import { GuestPage } from './GuestPage.tsx';

const token = takeToken(window.location, window.history);
mount(<GuestPage token={token} />, 'guest');
