export default () => <h1>One</h1>;
