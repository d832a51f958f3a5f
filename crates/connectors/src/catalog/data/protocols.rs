//! Connectors to machines and their protocols.

use super::{
    BOOLEAN, PLAIN_ID, SECRET, SECRET_OR_NONE_PATTERN, SECRETS, SECRETS_PATTERN, at_least, at_least_plain,
    between,
};
use crate::catalog::connector::{Connector, NOTHING, Needs, Parameter, Rule, optional, required};
use crate::catalog::value_type::Arn;
use crate::catalog::value_type::Format;

/// Where the connectors that feed IoT SiteWise over a protocol of their own are offered.
const SITE_WISE_REGIONS: &str =
    "cn-north-1, ap-southeast-1, ap-southeast-2, eu-central-1, eu-west-1, us-east-1, us-west-2";

const MAXIMUM_BUFFER_SIZE: Parameter =
    optional("MaximumBufferSize", at_least(0), "Most disk used for buffering, in GB")
        .or_blank()
        .default("10")
        .example("20")
        .pattern(r"^\s*$|[0-9]+");

const fn storage_path(name: &'static str) -> Parameter {
    optional(name, Format::Path, "Host directory for persistent data")
        .or_blank()
        .default("/var/sitewise")
        .example("/var/line-7")
        .pattern(r"^\s*$|\/.*")
}

pub(super) static IO_TEIPPROTOCOL_ADAPTOR: Connector = Connector {
    name: "IoTEIPProtocolAdaptor",
    title: "IoT Ethernet IP Protocol Adapter",
    page: "ethernet-ip-connector",
    latest: 2,
    parameters: &[
        storage_path("LocalStoragePath"),
        required(
            "ProtocolAdapterConfiguration",
            Format::JsonObject,
            "JSON text: the EtherNet/IP sources to read",
        )
        .example("{\"sources\":[]}")
        .also_seen_as("ProtocolAdaptorConfiguration"),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.10.2")],
        regions: Some(SITE_WISE_REGIONS),
        other: &["stream manager", "Java 8", "256 MB RAM"],
        ..NOTHING
    },
    maintenance_ended: None,
};

pub(super) static IO_TSITE_WISE: Connector = Connector {
    name: "IoTSiteWise",
    title: "IoT SiteWise",
    page: "iot-sitewise-connector",
    latest: 12,
    parameters: &[
        storage_path("SiteWiseLocalStoragePath"),
        optional(
            "AWSSecretsArnList",
            Format::SecretArns,
            "JSON list of ARNs of secrets with OPC-UA user names and passwords",
        )
        .since(2)
        .example(SECRETS)
        .pattern(SECRETS_PATTERN),
        MAXIMUM_BUFFER_SIZE,
        optional(
            "SiteWiseOpcuaUserIdentityTokenSecretArn",
            Format::Arn(Arn::Secret),
            "ARN of the secret with the OPC-UA user name and password",
        )
        .until(1)
        .or_empty()
        .example(SECRET)
        .pattern(SECRET_OR_NONE_PATTERN),
        optional(
            "SiteWiseOpcuaUserIdentityTokenSecretArn-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the OPC-UA secret",
        )
        .until(1)
        .or_empty()
        .example("secret")
        .pattern(r"^$|.+"),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.9.4"), (3, "1.9.4"), (4, "1.10.0"), (5, "1.9.4"), (6, "1.10.0"), (9, "1.10.2")],
        role_actions: &["iotsitewise:BatchPutAssetPropertyValue"],
        secrets: &[
            "AWSSecretsArnList (v2+; optional)",
            "SiteWiseOpcuaUserIdentityTokenSecretArn (v1; optional)",
        ],
        regions: Some("where both Greengrass and IoT SiteWise are offered"),
        other: &["Java 8", "stream manager (versions 4 and 6+)"],
        ..NOTHING
    },
    maintenance_ended: None,
};

pub(super) static MODBUS_RTUPROTOCOL_ADAPTER: Connector = Connector {
    name: "ModbusRTUProtocolAdapter",
    title: "Modbus-RTU Protocol Adapter",
    page: "modbus-protocol-adapter-connector",
    latest: 3,
    parameters: &[
        required(
            "ModbusSerialPort-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the serial port device",
        )
        .example("serial-port")
        .pattern(r".+"),
        required("ModbusSerialPort", Format::Line, "Absolute path of the serial port on the device")
            .example("/dev/ttyUSB0")
            .pattern(r".+"),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["serial port device (ModbusSerialPort-ResourceId)"],
        ..NOTHING
    },
    maintenance_ended: None,
};

pub(super) static MODBUS_TCPCONNECTOR: Connector = Connector {
    name: "ModbusTCPConnector",
    title: "Modbus-TCP Protocol Adapter",
    page: "modbus-tcp-connector",
    latest: 3,
    parameters: &[
        storage_path("LocalStoragePath"),
        MAXIMUM_BUFFER_SIZE,
        optional("CapabilityConfiguration", Format::JsonObject, "JSON text: the Modbus TCP sources to read")
            .example("{\"sources\":[]}")
            .also_seen_as("capability_configuration"),
    ],
    rules: &[],
    needs: Needs {
        core: &[(1, "1.10.2")],
        regions: Some(SITE_WISE_REGIONS),
        other: &["stream manager", "Java 8"],
        ..NOTHING
    },
    maintenance_ended: None,
};

pub(super) static RASPBERRY_PI_GPIO: Connector = Connector {
    name: "RaspberryPiGPIO",
    title: "Raspberry Pi GPIO",
    page: "raspberrypi-gpio-connector",
    latest: 3,
    parameters: &[
        optional(
            "InputGpios",
            Format::Pins("UD"),
            "Comma list of input pins, each with optional U (pull-up) or D (pull-down)",
        )
        .or_empty()
        .example("5,6U,7D")
        .pattern(r"^$|^[0-9]+[UD]?(,[0-9]+[UD]?)*$"),
        optional("InputPollPeriod", at_least_plain(1), "Milliseconds between two polls of the input pins")
            .or_empty()
            .example("50")
            .pattern(r"^$|^[1-9][0-9]*$"),
        optional(
            "OutputGpios",
            Format::Pins("HL"),
            "Comma list of output pins, each with optional H (high) or L (low)",
        )
        .or_empty()
        .example("8H,9L,10")
        .pattern(r"^$|^[0-9]+[HL]?(,[0-9]+[HL]?)*$"),
        required(
            "GpioMem-ResourceId",
            Format::Line,
            "Id, in the group's resource definition, of the /dev/gpiomem device",
        )
        .example("gpiomem")
        .pattern(r".+"),
    ],
    rules: &[Rule::AnyOf(&["InputGpios", "OutputGpios"])],
    needs: Needs {
        core: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["device /dev/gpiomem (GpioMem-ResourceId)"],
        other: &["RPi.GPIO"],
        ..NOTHING
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static SERIAL_STREAM: Connector = Connector {
    name: "SerialStream",
    title: "Serial Stream",
    page: "serial-stream-connector",
    latest: 3,
    parameters: &[
        required(
            "BaudRate",
            Format::OneOf {
                values: &[
                    "110", "300", "600", "1200", "2400", "4800", "9600", "14400", "19200", "28800", "38400",
                    "56000", "57600", "115200", "230400",
                ],
                any_case: false,
            },
            "Speed of the serial line",
        )
        .example("9600")
        .pattern(concat!(
            r"^110$|^300$|^600$|^1200$|^2400$|^4800$|^9600$|^14400$|^19200$|^28800$|^38400$|^56000$|^57600$|",
            r"^115200$|^230400$"
        )),
        required("Timeout", between(1, 59, false), "Seconds before a read gives up")
            .example("10")
            .pattern(r"^([1-9]|[1-5][0-9])$"),
        required(
            "SerialPort",
            Format::Chars { set: "/a-zA-Z0-9_-", min: 1, max: usize::MAX },
            "Absolute path of the serial port on the device",
        )
        .example("/dev/ttyUSB0")
        .pattern(r"[/a-zA-Z0-9_-]+"),
        required(
            "SerialPort-ResourceId",
            PLAIN_ID,
            "Id, in the group's resource definition, of the serial port device",
        )
        .example("serial-port")
        .pattern(r"[a-zA-Z0-9_-]+"),
        required("PollingRead", BOOLEAN, "true: read at an interval; false: read on demand")
            .example("True")
            .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("PollingReadLength", between(1, 63994, false), "Bytes per polling read")
            .or_empty()
            .example("64")
            .pattern(concat!(
                r"^(|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-2][0-9]{3}|63[0-8][0-9]{2}|639[0-8][0-9]|",
                r"6399[0-4])$"
            )),
        optional("PollingReadInterval", between(1, 999, false), "Seconds between two polling reads")
            .or_empty()
            .example("500")
            .pattern(r"^(|[1-9]|[1-9][0-9]|[1-9][0-9][0-9])$"),
        optional(
            "PollingReadType",
            Format::OneOf { values: &["ascii", "hex"], any_case: true },
            "How polled data is given",
        )
        .or_empty()
        .example("hex")
        .pattern(r"^(|[Aa][Ss][Cc][Ii][Ii]|[Hh][Ee][Xx])$"),
        optional("RtsCts", BOOLEAN, "RTS/CTS hardware flow control")
            .or_empty()
            .default("false")
            .example("true")
            .pattern(r"^(|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("XonXoff", BOOLEAN, "Software flow control")
            .or_empty()
            .default("false")
            .example("False")
            .pattern(r"^(|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional(
            "Parity",
            Format::OneOf { values: &["N", "E", "O", "S", "M"], any_case: true },
            "Parity of the serial line",
        )
        .or_empty()
        .default("N")
        .example("e")
        .pattern(r"^(|[NEOSMneosm])$"),
    ],
    rules: &[Rule::RequiredWhen {
        parameter: "PollingRead",
        is: "true",
        then: &["PollingReadLength", "PollingReadInterval", "PollingReadType"],
    }],
    needs: Needs {
        core: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["serial port device (SerialPort-ResourceId)"],
        ..NOTHING
    },
    maintenance_ended: Some("2022-03-31"),
};
