//! Connectors to devices and their protocols.

use super::{
    BOOLEAN, EXAMPLE_SECRET_ARN, EXAMPLE_SECRET_ARNS, OPTIONAL_SECRET_ARN_PATTERN, RESOURCE_ID_NO_COLON,
    SECRET_ARN_LIST_PATTERN, at_least, at_least_no_leading_zeros, integer_in,
};
use crate::catalog::connector::{ConnectorSpec, Parameter, Requirements, Rule, optional, required};
use crate::catalog::value_type::{ArnType, ValueType};

/// Regions of the protocol connectors that send data to IoT SiteWise.
const SITE_WISE_REGIONS: &str =
    "cn-north-1, ap-southeast-1, ap-southeast-2, eu-central-1, eu-west-1, us-east-1, us-west-2";

const MAXIMUM_BUFFER_SIZE: Parameter =
    optional("MaximumBufferSize", at_least(0), "Most disk used for buffering, in GB")
        .allow_blank()
        .default("10")
        .example("20")
        .pattern(r"^\s*$|[0-9]+");

const fn storage_path(name: &'static str) -> Parameter {
    optional(name, ValueType::Path, "Host directory for persistent data")
        .allow_blank()
        .default("/var/sitewise")
        .example("/var/line-7")
        .pattern(r"^\s*$|\/.*")
}

pub(super) static IOT_EIP_PROTOCOL_ADAPTOR: ConnectorSpec = ConnectorSpec {
    name: "IoTEIPProtocolAdaptor",
    title: "IoT Ethernet IP Protocol Adapter",
    page: "ethernet-ip-connector",
    latest: 2,
    parameters: &[
        storage_path("LocalStoragePath"),
        required(
            "ProtocolAdapterConfiguration",
            ValueType::JsonObject,
            "JSON text: the EtherNet/IP sources to read",
        )
        .example("{\"sources\":[]}")
        .doc_alias("ProtocolAdaptorConfiguration"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.10.2")],
        regions: Some(SITE_WISE_REGIONS),
        other: &["stream manager", "Java 8", "256 MB RAM"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static IOT_SITEWISE: ConnectorSpec = ConnectorSpec {
    name: "IoTSiteWise",
    title: "IoT SiteWise",
    page: "iot-sitewise-connector",
    latest: 12,
    parameters: &[
        storage_path("SiteWiseLocalStoragePath"),
        optional(
            "AWSSecretsArnList",
            ValueType::SecretArnList,
            "JSON list of ARNs of secrets with OPC-UA user names and passwords",
        )
        .since(2)
        .example(EXAMPLE_SECRET_ARNS)
        .pattern(SECRET_ARN_LIST_PATTERN),
        MAXIMUM_BUFFER_SIZE,
        optional(
            "SiteWiseOpcuaUserIdentityTokenSecretArn",
            ValueType::Arn(ArnType::Secret),
            "ARN of the secret with the OPC-UA user name and password",
        )
        .until(1)
        .allow_empty()
        .example(EXAMPLE_SECRET_ARN)
        .pattern(OPTIONAL_SECRET_ARN_PATTERN),
        optional(
            "SiteWiseOpcuaUserIdentityTokenSecretArn-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the OPC-UA secret",
        )
        .until(1)
        .allow_empty()
        .example("secret")
        .pattern(r"^$|.+"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[
            (1, "1.9.4"),
            (3, "1.9.4"),
            (4, "1.10.0"),
            (5, "1.9.4"),
            (6, "1.10.0"),
            (9, "1.10.2"),
        ],
        role_actions: &["iotsitewise:BatchPutAssetPropertyValue"],
        secrets: &[
            "AWSSecretsArnList (v2+; optional)",
            "SiteWiseOpcuaUserIdentityTokenSecretArn (v1; optional)",
        ],
        regions: Some("where both Greengrass and IoT SiteWise are offered"),
        other: &["Java 8", "stream manager (versions 4 and 6+)"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static MODBUS_RTU_PROTOCOL_ADAPTER: ConnectorSpec = ConnectorSpec {
    name: "ModbusRTUProtocolAdapter",
    title: "Modbus-RTU Protocol Adapter",
    page: "modbus-protocol-adapter-connector",
    latest: 3,
    parameters: &[
        required(
            "ModbusSerialPort-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the serial port device",
        )
        .example("serial-port")
        .pattern(r".+"),
        required("ModbusSerialPort", ValueType::SingleLine, "Absolute path of the serial port on the device")
            .example("/dev/ttyUSB0")
            .pattern(r".+"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["serial port device (ModbusSerialPort-ResourceId)"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static MODBUS_TCP_CONNECTOR: ConnectorSpec = ConnectorSpec {
    name: "ModbusTCPConnector",
    title: "Modbus-TCP Protocol Adapter",
    page: "modbus-tcp-connector",
    latest: 3,
    parameters: &[
        storage_path("LocalStoragePath"),
        MAXIMUM_BUFFER_SIZE,
        optional(
            "CapabilityConfiguration",
            ValueType::JsonObject,
            "JSON text: the Modbus TCP sources to read",
        )
        .example("{\"sources\":[]}")
        .doc_alias("capability_configuration"),
    ],
    rules: &[],
    requirements: Requirements {
        min_core_version: &[(1, "1.10.2")],
        regions: Some(SITE_WISE_REGIONS),
        other: &["stream manager", "Java 8"],
        ..Requirements::NONE
    },
    maintenance_ended: None,
};

pub(super) static RASPBERRY_PI_GPIO: ConnectorSpec = ConnectorSpec {
    name: "RaspberryPiGPIO",
    title: "Raspberry Pi GPIO",
    page: "raspberrypi-gpio-connector",
    latest: 3,
    parameters: &[
        optional(
            "InputGpios",
            ValueType::GpioPins("UD"),
            "Comma list of input pins, each with optional U (pull-up) or D (pull-down)",
        )
        .allow_empty()
        .example("5,6U,7D")
        .pattern(r"^$|^[0-9]+[UD]?(,[0-9]+[UD]?)*$"),
        optional(
            "InputPollPeriod",
            at_least_no_leading_zeros(1),
            "Milliseconds between two polls of the input pins",
        )
        .allow_empty()
        .example("50")
        .pattern(r"^$|^[1-9][0-9]*$"),
        optional(
            "OutputGpios",
            ValueType::GpioPins("HL"),
            "Comma list of output pins, each with optional H (high) or L (low)",
        )
        .allow_empty()
        .example("8H,9L,10")
        .pattern(r"^$|^[0-9]+[HL]?(,[0-9]+[HL]?)*$"),
        required(
            "GpioMem-ResourceId",
            ValueType::SingleLine,
            "Id, in the group's resource definition, of the /dev/gpiomem device",
        )
        .example("gpiomem")
        .pattern(r".+"),
    ],
    rules: &[Rule::AnyOf(&["InputGpios", "OutputGpios"])],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["device /dev/gpiomem (GpioMem-ResourceId)"],
        other: &["RPi.GPIO"],
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};

pub(super) static SERIAL_STREAM: ConnectorSpec = ConnectorSpec {
    name: "SerialStream",
    title: "Serial Stream",
    page: "serial-stream-connector",
    latest: 3,
    parameters: &[
        required(
            "BaudRate",
            ValueType::OneOf {
                values: &[
                    "110", "300", "600", "1200", "2400", "4800", "9600", "14400", "19200", "28800", "38400",
                    "56000", "57600", "115200", "230400",
                ],
                ignore_case: false,
            },
            "Speed of the serial line",
        )
        .example("9600")
        .pattern(concat!(
            r"^110$|^300$|^600$|^1200$|^2400$|^4800$|^9600$|^14400$|^19200$|^28800$|^38400$|^56000$|^57600$|",
            r"^115200$|^230400$"
        )),
        required("Timeout", integer_in(1, 59, false), "Seconds before a read gives up")
            .example("10")
            .pattern(r"^([1-9]|[1-5][0-9])$"),
        required(
            "SerialPort",
            ValueType::Charset { set: "/a-zA-Z0-9_-", min: 1, max: usize::MAX },
            "Absolute path of the serial port on the device",
        )
        .example("/dev/ttyUSB0")
        .pattern(r"[/a-zA-Z0-9_-]+"),
        required(
            "SerialPort-ResourceId",
            RESOURCE_ID_NO_COLON,
            "Id, in the group's resource definition, of the serial port device",
        )
        .example("serial-port")
        .pattern(r"[a-zA-Z0-9_-]+"),
        required("PollingRead", BOOLEAN, "true: read at an interval; false: read on demand")
            .example("True")
            .pattern(r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("PollingReadLength", integer_in(1, 63994, false), "Bytes per polling read")
            .allow_empty()
            .example("64")
            .pattern(concat!(
                r"^(|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-2][0-9]{3}|63[0-8][0-9]{2}|639[0-8][0-9]|",
                r"6399[0-4])$"
            )),
        optional("PollingReadInterval", integer_in(1, 999, false), "Seconds between two polling reads")
            .allow_empty()
            .example("500")
            .pattern(r"^(|[1-9]|[1-9][0-9]|[1-9][0-9][0-9])$"),
        optional(
            "PollingReadType",
            ValueType::OneOf { values: &["ascii", "hex"], ignore_case: true },
            "How polled data is given",
        )
        .allow_empty()
        .example("hex")
        .pattern(r"^(|[Aa][Ss][Cc][Ii][Ii]|[Hh][Ee][Xx])$"),
        optional("RtsCts", BOOLEAN, "RTS/CTS hardware flow control")
            .allow_empty()
            .default("false")
            .example("true")
            .pattern(r"^(|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional("XonXoff", BOOLEAN, "Software flow control")
            .allow_empty()
            .default("false")
            .example("False")
            .pattern(r"^(|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        optional(
            "Parity",
            ValueType::OneOf { values: &["N", "E", "O", "S", "M"], ignore_case: true },
            "Parity of the serial line",
        )
        .allow_empty()
        .default("N")
        .example("e")
        .pattern(r"^(|[NEOSMneosm])$"),
    ],
    rules: &[Rule::RequiredWhen {
        parameter: "PollingRead",
        is: "true",
        then: &["PollingReadLength", "PollingReadInterval", "PollingReadType"],
    }],
    requirements: Requirements {
        min_core_version: &[(1, "1.7"), (3, "1.9.3")],
        resources: &["serial port device (SerialPort-ResourceId)"],
        ..Requirements::NONE
    },
    maintenance_ended: Some("2022-03-31"),
};
