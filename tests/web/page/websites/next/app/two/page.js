export default () => <h1>Two</h1>;
