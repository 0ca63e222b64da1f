import { Component } from 'react';
import type { ReactNode } from 'react';
import { FaultScreen } from './FaultScreen.tsx';

interface ErrorBoundaryProps {
  children: ReactNode;
  /** When it changes, the screens are tried again. */
  view: string;
}

interface ErrorBoundaryState {
  stopped: boolean;
}

/** Says in plain words that a screen has stopped, in place of an empty window. What is below it is taken down. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { stopped: false };

  static getDerivedStateFromError(): ErrorBoundaryState {
    return { stopped: true };
  }

  override componentDidUpdate(before: ErrorBoundaryProps): void {
    if (this.state.stopped && before.view !== this.props.view) this.setState({ stopped: false });
  }

  override render(): ReactNode {
    if (!this.state.stopped) return this.props.children;
    return <FaultScreen onAgain={() => this.setState({ stopped: false })} />;
  }
}
