import '../ui/no-eval.ts';
import '../ui/styles.scss';
import { mount } from '../ui/Console.tsx';
import { takeToken } from '../setup/token.ts';
import { InvitationPage } from './InvitationPage.tsx';

const token = takeToken(window.location, window.history);
mount(<InvitationPage token={token} />);
